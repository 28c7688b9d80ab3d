import Contracts
import EventLoop
import Postgres
import ServiceKit

/// e-License: who may do what needs a permit of the state.
@main struct ELicense: Service {
    nonisolated static var contract: ServiceContract { Licences.contract }
    nonisolated static var migrations: MigrationSet { ELicenseSchema.migrations }
    nonisolated static var numberSeries: [String] { [NumberSeries.application, NumberSeries.licence] }
    /// The law on permits, by the name under which registers list what it opens.
    nonisolated static var permitsLaw: LegalBasis { "permits-law-2014" }

    let law: LawData

    static func loadReferenceData(_ surroundings: Surroundings) async throws {
        for folder in ReferenceFolder.allCases { try await surroundings.loadEditions(folder.rawValue) }
    }

    init(_ surroundings: Surroundings) async throws { law = try await LawData(surroundings) }

    var lawData: [StatusReport.LawDatum] {
        [
            .init(name: "working calendar", until: law.calendar.lastDay),
            .init(name: "monthly calculation index", until: law.catalogue.lastDayOfIndex),
        ]
    }

    var body: ServiceBody {
        ServiceBody(
            .show(Licences.kinds, kinds),
            .read(Licences.check, check),
            .write(Licences.submit, submit),
            .decide(Licences.withdraw, about: { $0.number.rawValue }, withdraw),
            .decide(Licences.decide, about: { $0.number.rawValue }, decide),
            .read(Licences.own, own),
            .read(Licences.application, application),
            .read(Licences.queue, queue),
            .decide(of: .eLicense, answerTo: Persons.extract, takeExtract),
            .decide(at: DecisionDue.self, grantTacitly))
    }
}

/// The series from which serials are taken; which letters stand before them is a matter of the catalogue.
enum NumberSeries {
    static let application = "application"
    static let licence = "licence"
}
