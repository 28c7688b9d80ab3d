import Contracts
import FoundationEssentials
import Messaging
import ServiceKit
import Telemetry

extension ELicense {
    /// What of the register's extract a licence case needs.
    private static let fieldsAsked: [PersonField] = [.name, .birthDate, .citizenship, .status]

    /// Accepts an application, sets its deadline and asks the register about the applicant, all in one batch.
    func submit(_ form: Licences.Submission, _ work: Write) throws -> Licences.Receipt {
        guard let applicant = work.caller.iin else { throw Problem(.forbidden, work.language) }
        let application: Application
        do {
            application = try Application.submitted(form, by: applicant, at: work.now, law: law, id: .v7()) {
                try work.nextNumber(NumberSeries.application)
            }
        } catch let gap as CalendarMissing {
            Log.error("an application could not be accepted", ["error": "\(gap)"])
            throw Problem(.unavailable, work.language, detail: gap.description, rule: "calendar-missing")
        }
        let caseID = try application.caseID
        work.caseID = caseID.rawValue
        for row in try ApplicationTable.insert(application) { work.save(row) }
        try work.emit(application.submittedEvent)
        try work.schedule(DecisionDue(application: application.id), at: application.deadline.at)
        try work.ask(
            Persons.extract, Persons.ExtractRequest(iin: applicant), case: caseID, basis: ELicense.permitsLaw,
            body: application.licensor, fields: ELicense.fieldsAsked.map(\.rawValue))
        return application.receipt
    }
}
