import Contracts
import FoundationEssentials
import Messaging
import ServiceKit
import Telemetry

/// The last day for deciding an application has ended.
struct DecisionDue: TimerEvent {
    static let type = "decision-due"
    var application: UUID
    var key: String { application.text }
}

extension ELicense {
    /// The law decides where silence grants (art. 26); elsewhere the case is recorded as overdue.
    func grantTacitly(_ due: DecisionDue, _ work: Decide) async throws {
        guard var application = try await work.lock(ApplicationTable.locked(id: due.application)) else {
            throw CaseUnknown(caseID: due.application.text)
        }
        let before = application
        work.caseID = try application.caseID.rawValue
        // A timer that has fired is due, even by a clock that was put back since.
        let moment = max(work.now, application.deadline.at)
        let day = try law.localTime.day(at: application.deadline.at)
        let outcome = try application.deadlinePassed(at: moment, on: day) { try newLicenceNumber(for: before, work) }
        if let outcome {
            try saveGranted(outcome, of: application, since: before, work)
        } else if application != before {
            Log.warning("an application is overdue", ["number": "\(application.number)", "licensor": "\(application.licensor)"])
            work.save(try ApplicationTable.update(application, since: before))
        }
    }

    /// A licence by silence, and the line in the journal that tells its holder.
    func saveGranted(_ outcome: DecisionOutcome, of application: Application, since before: Application, _ work: Decide) throws {
        try save(outcome, of: application, since: before, work)
        try journal("applications.deemed-issued", application, fields: ["applicant", "decision"], work)
    }

    /// What the service itself does in a case stands in the journal of the person whose case it is.
    func journal(_ operation: String, _ application: Application, fields: [String], _ work: Decide) throws {
        work.journal(JournalEntry(
            subject: application.applicant, operation: operation, caseID: try application.caseID.rawValue,
            basis: ELicense.permitsLaw.rawValue, fields: fields, outcome: .changed, body: application.licensor))
    }
}
