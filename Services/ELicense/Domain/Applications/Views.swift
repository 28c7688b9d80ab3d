import Contracts

extension Application {
    /// A register that has not answered for so long is late; Messaging asks again by then.
    private static let lateAfter = Duration.seconds(600)

    func areFactsLate(at now: Timestamp) -> Bool {
        facts.answeredAt == nil && !status.isFinal && now - facts.askedAt > Application.lateAfter
    }

    /// The whole file.
    func view(_ kind: LicenceKind, at now: Timestamp) throws(IdentifierError) -> Licences.Application {
        var facts = facts
        facts.isLate = areFactsLate(at: now)
        return Licences.Application(
            id: id, number: number, case: try caseID, kind: self.kind, title: kind.title, licensor: kind.licensor, status: status,
            language: language, applicant: applicant, contact: contact, submittedAt: submittedAt, deadline: deadline, facts: facts,
            decision: decision?.view, licence: licence, history: history, version: version)
    }

    /// A line of the applicant's own list.
    func summary(_ kind: LicenceKind) -> Licences.Summary {
        Licences.Summary(
            number: number, kind: self.kind, title: kind.title, status: status, submittedAt: submittedAt, deadline: deadline.date,
            licence: licence)
    }

    /// A line of the officials' queue.
    func queueItem(_ kind: LicenceKind, at now: Timestamp) -> Licences.QueueItem {
        Licences.QueueItem(
            number: number, kind: self.kind, title: kind.title, status: status, submittedAt: submittedAt, deadline: deadline.date,
            applicant: facts.extract?.name, factsLate: areFactsLate(at: now))
    }

    /// Where it stands after what was just done.
    func answer(at moment: Timestamp) -> Licences.StatusAnswer {
        Licences.StatusAnswer(number: number, status: status, licence: licence, at: moment)
    }
}

extension Licence {
    /// What anyone may know: the holder's name, not the holder's number.
    func check(_ kind: LicenceKind) -> Licences.LicenceCheck {
        Licences.LicenceCheck(
            number: number, kind: self.kind, title: kind.title, status: status, issuedOn: issuedOn, licensor: kind.licensor,
            holder: holderName, deemedIssued: isDeemedIssued)
    }
}
