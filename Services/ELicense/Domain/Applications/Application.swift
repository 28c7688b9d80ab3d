import Contracts
import FoundationEssentials

/// An application for a licence, from its acceptance to its end.
///
/// registered → underReview → issued | refused | deemedIssued; withdrawn from either of the first two. Between
/// submission and registration `awaitingPayment` has its place: no application is in it before payments are joined.
struct Application: Sendable, Hashable {
    let id: UUID
    let number: LicenceNumber
    let kind: LicenceKindCode
    let rules: RuleEditions
    let licensor: BodyCode
    let applicant: IIN
    let language: Language
    let contact: Address?
    let submittedAt: Timestamp
    let deadline: Licences.Deadline
    var status: ApplicationStatus
    var facts: Licences.Facts
    var decision: DecisionRecord?
    var licence: LicenceNumber?
    /// The oldest step first; of one that was read to be changed, only the steps since then.
    var history: [Licences.HistoryItem]
    var version: Int

    /// The case under which registers are asked.
    ///
    /// - Throws: never for a number of ours.
    var caseID: CaseID { get throws(IdentifierError) { try CaseID(.eLicense, number.rawValue) } }

    /// A later state of it: one step of its history, and one version up.
    mutating func move(to status: ApplicationStatus, at moment: Timestamp, _ text: LocalizedText? = nil) {
        self.status = status
        history.append(Licences.HistoryItem(at: moment, status: status, text: text))
        version += 1
    }

    /// What the application is judged on now.
    var inputs: DecisionRecord.Inputs {
        DecisionRecord.Inputs(
            submittedAt: submittedAt, deadline: deadline.date, deadlineAt: deadline.at, silenceGrants: deadline.silenceGrants,
            factsAnsweredAt: facts.answeredAt, personStatus: facts.extract?.status, factsRefusal: facts.refusal?.rule)
    }

    var isApplicantDeceased: Bool { facts.extract?.status == .deceased }

    /// Whether by this moment the law has decided, though nothing may have recorded it yet (art. 26).
    func hasSilenceGranted(at moment: Timestamp) -> Bool {
        !status.isFinal && moment >= deadline.at && PermitsLaw.silenceGrants(self)
    }

    /// - Throws: `Refusal` when nothing can happen to it any more, or nothing may happen yet.
    func requireOpen(at moment: Timestamp) throws(Refusal) {
        if status.isFinal { throw .alreadyDecided(status) }
        if hasSilenceGranted(at: moment) { throw .silenceHasGranted }
    }
}
