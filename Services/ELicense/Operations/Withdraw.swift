import Contracts
import FoundationEssentials
import Messaging
import ServiceKit

extension ELicense {
    /// The applicant takes an undecided application back; nobody else sees that it exists.
    func withdraw(_ withdrawal: Licences.Withdrawal, _ work: Decide) async throws -> Licences.StatusAnswer {
        guard let applicant = work.caller.iin,
            var application = try await work.lock(ApplicationTable.locked(withdrawal.number, of: applicant))
        else { throw Problem(.notFound, work.language) }
        work.caseID = try application.caseID.rawValue
        let before = application
        let event = try application.withdraw(at: work.now, reason: withdrawal.reason)
        work.save(try ApplicationTable.update(application, since: before))
        work.cancel(DecisionDue.self, key: application.id.text)
        work.stopAsking(case: try application.caseID)
        try work.emit(event)
        return application.answer(at: work.now)
    }
}
