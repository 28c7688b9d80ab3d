import Contracts

/// What the register's answer means for a licence that was there before it.
enum LicenceConsequence: Sendable, Hashable {
    case none
    /// A licence deemed issued before the register answered gets its holder's name.
    case named(PersonName)
    /// The holder had died: the licence ends (art. 35).
    case terminated(PersonName?)
}

extension Application {
    /// Puts the register's answer into the file: an extract, or why there is none. An application that waited for it goes
    /// under review; one that was withdrawn or refused takes no more personal data; a licence by silence gets its holder's name.
    mutating func take(_ answer: InquiryAnswer<Persons.Extract>, at moment: Timestamp) -> LicenceConsequence {
        guard facts.answeredAt == nil, status == .registered || status == .underReview || status == .deemedIssued else { return .none }
        facts.answeredAt = moment
        facts.extract = answer.extract
        facts.refusal = answer.refusal
        let text =
            switch (answer.extract?.status, answer.refusal) {
            case (.deceased?, _): status == .deemedIssued ? CaseTexts.licenceEnded : CaseTexts.applicantDeceased
            case (_, .some): CaseTexts.factsRefused
            default: CaseTexts.factsArrived
            }
        move(to: status == .registered ? .underReview : status, at: moment, text)
        guard status == .deemedIssued, let extract = answer.extract else { return .none }
        if isApplicantDeceased { return .terminated(extract.name) }
        return extract.name.map { .named($0) } ?? .none
    }

    /// The register's answer at a moment. Where silence has granted by then, though nothing has recorded it yet, the deadline
    /// comes first: what an answer does must not hang on which of two processes was quicker.
    ///
    /// - Parameters:
    ///   - day: the local day that begins as the deadline ends.
    ///   - newNumber: gives the licence its number; asked for only when a licence comes into being.
    /// - Returns: what silence granted before the answer was taken, if it did, and what the answer means.
    mutating func answered(
        _ answer: InquiryAnswer<Persons.Extract>, at moment: Timestamp, on day: LocalDate, newNumber: () throws -> LicenceNumber
    ) throws -> (granted: DecisionOutcome?, consequence: LicenceConsequence) {
        let granted = hasSilenceGranted(at: moment) ? try deadlinePassed(at: moment, on: day, newNumber: newNumber) : nil
        return (granted, take(answer, at: moment))
    }
}
