import Contracts
import FoundationEssentials
import Messaging
import ServiceKit

extension ELicense {
    /// An official of the licensor issues the licence or refuses it.
    func decide(_ decision: Licences.Decision, _ work: Decide) async throws -> Licences.StatusAnswer {
        guard var application = try await work.lock(ApplicationTable.locked(decision.number)) else {
            throw Problem(.notFound, work.language)
        }
        work.subject = application.applicant
        let caseID = try application.caseID
        work.caseID = caseID.rawValue
        let before = application
        let day = try law.localTime.day(at: work.now)
        let outcome = try application.decide(decision, by: work.caller, at: work.now, on: day) { try newLicenceNumber(for: before, work) }
        try save(outcome, of: application, since: before, work)
        work.cancel(DecisionDue.self, key: application.id.text)
        // A refusal need not wait for the register; what it would still answer is not needed any more.
        if application.facts.answeredAt == nil { work.stopAsking(case: caseID) }
        return application.answer(at: work.now)
    }

    /// A number of the series of the application's kind, from a block: gaps are possible, doubles are not.
    func newLicenceNumber(for application: Application, _ work: Decide) throws -> LicenceNumber {
        let series = try law.catalogue.kind(application.kind, edition: application.rules.kinds).series
        return try LicenceNumber(series: series, serial: Int(clamping: try work.nextNumber(NumberSeries.licence)))
    }

    /// The application, its licence and the facts that others learn of.
    func save(_ outcome: DecisionOutcome, of application: Application, since before: Application, _ work: Decide) throws {
        work.save(try ApplicationTable.update(application, since: before))
        try work.emit(outcome.decided)
        if let licence = outcome.licence {
            work.save(try LicenceTable.insert(licence))
            try work.emit(licence.event(at: outcome.decided.at))
        }
    }
}
