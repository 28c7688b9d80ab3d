public import EventLoop
import FoundationEssentials
import Glibc
public import Kafka
public import Postgres

/// The servers that `deploy/test.sh` starts; without them the tests that need one are left out.
public enum Servers {
    public static let database = variable("TEST_DATABASE_URL")
    public static let kafka = variable("TEST_KAFKA_BOOTSTRAP")
    public static var areThere: Bool { database != nil && kafka != nil }
    /// False on DevBroker, which cannot administer topics.
    public static var isRealKafka: Bool { kafka != nil && variable("TEST_BROKER") != "dev-broker" }

    private static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}

/// A database and a topic prefix of a test's own; the database is dropped by ``remove()``.
@Loop public struct TestPlace {
    public let databaseURL: String
    public let prefix: String
    private let name: String
    private let server: String

    public static func make() async throws -> TestPlace {
        guard let server = Servers.database else { throw NoServer() }
        let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
        try await administer(server) { try await $0.createDatabase(name) }
        return TestPlace(databaseURL: url(server, database: name), prefix: name.replacing("_", with: "-"), name: name, server: server)
    }

    public func remove() async throws { try await TestPlace.administer(server) { try await $0.dropDatabase(name) } }

    /// A pool over the database, patient with a machine where many suites start at once.
    public func open() -> Database {
        var options = DatabaseOptions(url: databaseURL)
        options.connectWait = .seconds(20)
        options.connectTimeout = .seconds(20)
        return Database(options)
    }

    public var kafka: KafkaOptions {
        KafkaOptions(bootstrap: Servers.kafka ?? "", clientID: "test", properties: ["topic.metadata.refresh.interval.ms": "500"])
    }

    private static func administer(_ server: String, _ body: @Loop (Session) async throws -> Void) async throws {
        var options = DatabaseOptions(url: server)
        options.connectWait = .seconds(20)
        options.connectTimeout = .seconds(20)
        options.sharedConnections = 1
        let administration = Database(options)
        let session = try await administration.session()
        try await body(session)
        await session.close()
        await administration.close()
    }

    private static func url(_ server: String, database: String) -> String {
        let parts = server.split(separator: "?", maxSplits: 1).map(String.init)
        let head = parts[0].lastIndex(of: "/").map { String(parts[0][..<$0]) } ?? parts[0]
        return "\(head)/\(database)" + (parts.count > 1 ? "?\(parts[1])" : "")
    }
}

struct NoServer: Error {}

/// Asks again until `condition` holds.
///
/// - Throws: ``NeverHeld`` after a minute: a bound for what is broken, no measure of speed.
@Loop public func eventually(_ what: String, _ condition: @Loop () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHeld(what: what) }
        try await Loop.sleep(for: .milliseconds(20))
    }
}

public struct NeverHeld: Error, CustomStringConvertible {
    let what: String
    public var description: String { "did not come true within a minute: \(what)" }
}
