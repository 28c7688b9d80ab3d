import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
import Testing
import Trust

@testable import ELicense
@testable import ServiceKit

let testServer = ProcessInfo.processInfo.environment["TEST_DATABASE_URL"]

/// The suites that need a server; one after the other, since each test has connections of its own and the server's are few.
@Suite(.serialized, .enabled(if: testServer != nil)) enum OverPostgres {}

/// e-License with an empty database of its own on the server of `TEST_DATABASE_URL`; it is dropped afterwards.
@Loop struct TestLicensing {
    let database: Database
    let service: ELicense
    private let place: WorkPlace

    nonisolated static func run(_ body: @escaping @Loop @Sendable (TestLicensing) async throws -> Void) async throws {
        try await Loop.run {
            let server = try #require(testServer)
            let name = "licensing_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
            var options = DatabaseOptions(url: server)
            options.sharedConnections = 1
            let administration = Database(options)
            let session = try await administration.session()
            try await session.createDatabase(name)
            let configuration = try Configuration(
                keys: ConfigurationKey.everyService(Licences.contract),
                environment: ["DATABASE_URL": url(server, database: name), "DATA_DIRECTORY": dataDirectory])
            let database = try Database(configuration, service: .eLicense)
            let result: Result<Void, any Error>
            do { result = .success(try await body(try await prepare(configuration, database))) } catch { result = .failure(error) }
            await database.close()
            try await session.dropDatabase(name)
            await session.close()
            await administration.close()
            try result.get()
        }
    }

    private static func prepare(_ configuration: Configuration, _ database: Database) async throws -> TestLicensing {
        try await database.apply(ELicense.everyMigration)
        let surroundings = try Surroundings(configuration, database)
        try await ELicense.loadReferenceData(surroundings)
        let key = try PrivateKey.generate()
        let numbers = NumberBlocks(database: database)
        for series in ELicense.numberSeries { try await numbers.prepare(series) }
        return TestLicensing(
            database: database, service: try await ELicense(surroundings),
            place: WorkPlace(
                service: .eLicense, numbers: numbers,
                keys: ServiceKeys(service: .eLicense, signing: key, opening: key, everyone: try KeySet([]))))
    }

    private nonisolated static var dataDirectory: String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Services/ELicense/Data").path
    }

    private nonisolated static func url(_ server: String, database: String) -> String {
        guard var parts = URLComponents(string: server), parts.scheme != nil else { return "\(server) dbname=\(database)" }
        parts.path = "/\(database)"
        return parts.string ?? server
    }

    /// Runs a handler or an operation that decides, in a transaction of its own at a moment of the law's clock.
    @discardableResult func decide<T: Sendable>(
        _ caller: Caller = .service(.eLicense), at text: String,
        _ body: @escaping @Loop @Sendable (ELicense, Decide) async throws -> T
    ) async throws -> (result: T, caseID: String?) {
        let now = try moment(text)
        return try await database.transaction { lease in
            let work = Decide(caller: caller, now: now, place: place, lease: lease)
            let result = try await body(service, work)
            work.handOver()
            return (result, work.caseID)
        }
    }

    /// An application of 30 November 2015: to be decided by 24 December.
    func submit() async throws -> Application {
        let application = try Application.submitted(
            Licences.Submission(kind: "advocate", language: .ru), by: try Case.iin(), at: try moment("2015-11-30T06:00:00Z"),
            law: service.law, id: Case.applicationID) { 700 }
        _ = try await database.run(Batch(statements: [try ApplicationTable.insert(application)]))
        return application
    }

    func application() async throws -> Application {
        try #require(try await database.fetch(ApplicationTable.locked(id: Case.applicationID)))
    }

    func count(_ statement: Statement) async throws -> Int {
        try await database.fetch(Query(statement) { try $0.first?.column(0) ?? 0 })
    }
}
