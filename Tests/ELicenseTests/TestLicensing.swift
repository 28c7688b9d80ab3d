import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
import TestSupport
import Testing
import Trust

@testable import ELicense
@testable import ServiceKit

/// The suites that need a server; one after the other, since each test has connections of its own and the server's are few.
@Suite(.serialized, .enabled(if: Servers.database != nil)) enum OverPostgres {}

/// e-License with an empty database of its own on the server of `TEST_DATABASE_URL`; it is dropped afterwards.
@Loop struct TestLicensing {
    let database: Database
    let service: ELicense
    private let place: WorkPlace

    nonisolated static func run(_ body: @escaping @Loop @Sendable (TestLicensing) async throws -> Void) async throws {
        try await Loop.run {
            let home = try await TestPlace.make()
            let configuration = try Configuration(
                keys: ConfigurationKey.everyService(Licences.contract),
                environment: ["DATABASE_URL": home.databaseURL, "DATA_DIRECTORY": dataDirectory])
            let database = try Database(configuration, service: .eLicense)
            let result: Result<Void, any Error>
            do { result = .success(try await body(try await prepare(configuration, database))) } catch { result = .failure(error) }
            await database.close()
            try await home.remove()
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
        _ = try await database.run(Batch(statements: try ApplicationTable.insert(application)))
        return application
    }

    /// The whole of it, as its applicant sees it.
    func application() async throws -> Application {
        try #require(try await database.fetch(ApplicationTable.own(of: try Case.iin(), before: nil, limit: 1)).first)
    }

    func count(_ statement: Statement) async throws -> Int {
        try await database.fetch(Query(statement) { try $0.first?.column(0) ?? 0 })
    }
}
