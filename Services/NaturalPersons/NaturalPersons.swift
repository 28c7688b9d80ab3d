import CommandLine
import Contracts
import EventLoop
import Postgres
import ServiceKit

/// The register of natural persons.
@main struct NaturalPersons: Service {
    nonisolated static var contract: ServiceContract { Persons.contract }
    nonisolated static var migrations: MigrationSet { NaturalPersonsSchema.migrations }
    nonisolated static var refusals: [String: Refusal] { NaturalPersonsSchema.refusals }
    nonisolated static var commands: [Command] { [ImportCommand.command] }

    let bases: Dated<Bases>
    let registeringBodies: Dated<RegisteringBodies>
    let localTime: LocalTime

    static func loadReferenceData(_ surroundings: Surroundings) async throws {
        try await surroundings.loadEditions(ReferenceFolder.bases)
        try await surroundings.loadEditions(ReferenceFolder.registeringBodies)
        try await surroundings.loadEditions(ReferenceFolder.localTime)
    }

    init(_ surroundings: Surroundings) async throws {
        bases = try Dated(try await surroundings.editions(ReferenceFolder.bases))
        registeringBodies = try Dated(try await surroundings.editions(ReferenceFolder.registeringBodies))
        localTime = try await LocalTime(surroundings)
    }

    var body: ServiceBody {
        ServiceBody(
            .decide(Persons.record, record),
            .decide(Persons.correct, correct),
            .read(Persons.own, own),
            .read(Persons.read, read),
            .answer(Persons.extract, answerExtract))
    }
}

/// The folders of the register's dated data files.
enum ReferenceFolder {
    static let bases = "bases"
    static let registeringBodies = "registering-bodies"
    static let localTime = "local-time"
}
