import Contracts
import Messaging

extension ELicense {
    /// The register's answer goes into the file.
    func takeExtract(_ answer: InquiryAnswer<Persons.Extract>, _ work: Decide) async throws {
        guard let caseID = work.caseID.flatMap(CaseID.init(rawValue:)), let number = LicenceNumber(rawValue: caseID.number),
            var application = try await work.lock(ApplicationTable.locked(number))
        else { throw CaseUnknown(caseID: work.caseID) }
        let before = application
        let day = try law.localTime.day(at: application.deadline.at)
        let (granted, consequence) = try application.answered(answer, at: work.now, on: day) { try newLicenceNumber(for: before, work) }
        guard application != before else { return }
        if let granted {
            try saveGranted(granted, of: application, since: before, work)
            work.cancel(DecisionDue.self, key: application.id.text)
        } else {
            work.save(try ApplicationTable.update(application, since: before))
        }
        if application.facts != before.facts {
            try journal("applications.extract-taken", application, fields: answer.extract?.fields.map(\.rawValue) ?? [], work)
        }
        switch consequence {
        case .none: break
        case .named(let name): work.save(try LicenceTable.name(application.id, name))
        case .terminated(let name):
            if let name { work.save(try LicenceTable.name(application.id, name)) }
            work.save(LicenceTable.terminate(application.id))
        }
    }
}

extension Persons.Extract {
    /// The fields that the register gave.
    fileprivate var fields: [PersonField] {
        PersonField.allCases.filter { field in
            switch field {
            case .name: name != nil
            case .birthDate: birthDate != nil
            case .sex: sex != nil
            case .citizenship: citizenship != nil
            case .address: address != nil
            case .status: status != nil
            }
        }
    }
}

/// An answer for a case that is none of ours.
struct CaseUnknown: Error, CustomStringConvertible {
    var caseID: String?
    var description: String { "there is no application for the case \(caseID ?? "(none named)")" }
}
