import Contracts
import FoundationEssentials

extension Application {
    /// Accepts an application of a natural person.
    ///
    /// - Parameter newSerial: gives the next of the series of applications; asked for only when it is accepted.
    /// - Throws: `Refusal` for a kind that is not in force or not for persons; ``CalendarMissing``.
    static func submitted(
        _ form: Licences.Submission, by applicant: IIN, at moment: Timestamp, law: LawData, id: UUID, newSerial: () throws -> Int64
    ) throws -> Application {
        let day = try law.localTime.day(at: moment)
        let (kind, edition) = try law.catalogue.kind(form.kind, on: day)
        try PermitsLaw.holdersAreOfTheKind(kind)
        let completeness = try law.deadlines(on: day)
        let (deadline, calendars) = try law.decisionDeadline(submittedAt: moment, kind: kind, completeness: completeness)
        return Application(
            id: id, number: try LicenceNumber(series: law.applicationSeries, serial: Int(clamping: try newSerial())),
            kind: kind.code,
            rules: RuleEditions(
                kinds: edition.name, deadlines: completeness.name, calendars: calendars, workingDays: kind.workingDays,
                isSilenceAssumed: kind.isSilenceAssumed),
            licensor: kind.licensor.body, applicant: applicant, language: form.language, contact: form.contact, submittedAt: moment,
            deadline: deadline, status: .registered, facts: Licences.Facts(askedAt: moment), decision: nil, licence: nil,
            history: [Licences.HistoryItem(at: moment, status: .registered, text: CaseTexts.registered)], version: 1)
    }

    var submittedEvent: ApplicationSubmitted {
        ApplicationSubmitted(application: id, number: number, kind: kind, licensor: licensor, at: submittedAt, deadline: deadline.at)
    }

    var receipt: Licences.Receipt {
        Licences.Receipt(id: id, number: number, status: status, submittedAt: submittedAt, deadline: deadline)
    }
}

extension PermitsLaw {
    /// A natural person can apply for kinds that persons hold; the catalogue says which (art. 32: an activity may be forbidden
    /// to a category of persons).
    static func holdersAreOfTheKind(_ kind: LicenceKind) throws(Refusal) {
        if kind.holder == .entity { throw .holderKind(kind) }
    }
}
