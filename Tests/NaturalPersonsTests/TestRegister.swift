import CommandLine
import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
import TestSupport
import Testing
import Trust

@testable import NaturalPersons
@testable import ServiceKit

/// The suites that need a server; one after the other, since each test has connections of its own and the server's are few.
@Suite(.serialized, .enabled(if: Servers.database != nil)) enum OverPostgres {}

/// A register with an empty database of its own on the server of `TEST_DATABASE_URL`; it is dropped afterwards.
@Loop struct TestRegister {
    let database: Database
    let service: NaturalPersons
    private let place: WorkPlace

    nonisolated static func run(_ body: @escaping @Loop @Sendable (TestRegister) async throws -> Void) async throws {
        try await Loop.run {
            let home = try await TestPlace.make()
            let configuration = try Configuration(
                keys: ConfigurationKey.everyService(Persons.contract), environment: ["DATABASE_URL": home.databaseURL, "DATA_DIRECTORY": dataDirectory])
            let database = try Database(configuration, service: .naturalPersons)
            let result: Result<Void, any Error>
            do { result = .success(try await body(try await prepare(configuration, database))) } catch { result = .failure(error) }
            await database.close()
            try await home.remove()
            try result.get()
        }
    }

    private static func prepare(_ configuration: Configuration, _ database: Database) async throws -> TestRegister {
        try await database.apply(NaturalPersons.everyMigration)
        let surroundings = try Surroundings(configuration, database)
        try await NaturalPersons.loadReferenceData(surroundings)
        let units = ["100000000", "101000000", "101010000"].compactMap { KATOCode(rawValue: $0) }
        _ = try await database.run(Batch(statements: [
            KATOTable.merge(units.map { KATOUnit(code: $0, parent: $0.parents.first, nameRu: "Семей") })
        ]))
        let key = try PrivateKey.generate()
        let keys = ServiceKeys(service: .naturalPersons, signing: key, opening: key, everyone: try KeySet([]))
        return TestRegister(
            database: database, service: try await NaturalPersons(surroundings),
            place: WorkPlace(service: .naturalPersons, numbers: NumberBlocks(database: database), keys: keys))
    }

    private nonisolated static var dataDirectory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Services/NaturalPersons/Data").path
    }

    /// Runs an operation as the service would, in a transaction of its own.
    func decide<T: Sendable>(
        _ caller: Caller, _ body: @escaping @Loop @Sendable (NaturalPersons, Decide) async throws -> T
    ) async throws -> T {
        try await database.transaction { lease in
            let now = try #require(Timestamp(rfc3339: "2015-12-01T06:00:00Z"))
            let work = Decide(caller: caller, now: now, place: place, lease: lease)
            let result = try await body(service, work)
            work.handOver()
            return result
        }
    }

    func count(_ statement: Statement) async throws -> Int {
        try await database.fetch(Query(statement) { try $0.first?.column(0) ?? 0 })
    }

    func execute(_ statement: Statement) async throws { _ = try await database.run(Batch(statements: [statement])) }

    /// Imports a file, a few rows at a time.
    func take(_ file: TestFile, _ format: FileFormat = .csv, batchRows: Int = 2) async throws -> ImportSummary {
        var work = PersonImport(
            database: database, path: file.path, format: format, rejectsPath: file.path + ".rejects.jsonl",
            terminal: Terminal { _, _ in }, localTime: service.localTime)
        work.batchRows = batchRows
        return try await work.run()
    }
}
