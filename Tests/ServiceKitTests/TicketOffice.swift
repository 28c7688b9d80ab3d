@testable import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
@testable import ServiceKit
import TestSupport
import Trust

/// A running instance of the small service, with keys, a database and topics of its own.
@Loop final class TicketOffice {
    let place: TestPlace
    let database: Database
    let signIn: PrivateKey
    let keys: KeySet
    let signing: PrivateKey
    let opening: PrivateKey
    private let keyFile: String
    private let configuration: Configuration
    private(set) var instance: Instance<Tickets>
    private var serving: Task<Void, any Error>?
    private let client = HTTPClient()

    /// Runs `body` with an office that is ready.
    nonisolated static func run(_ body: @escaping @Loop @Sendable (TicketOffice) async throws -> Void) async throws {
        try await Loop.run {
            let office = try await TicketOffice()
            do {
                try await office.start()
                try await body(office)
            } catch {
                try? await office.close()
                throw error
            }
            try await office.close()
        }
    }

    private init() async throws {
        place = try await TestPlace.make()
        database = place.open()
        try await database.apply(Tickets.everyMigration)
        signIn = try PrivateKey.generate()
        signing = try PrivateKey.generate()
        opening = try PrivateKey.generate()
        func entry(_ key: PrivateKey, _ owner: String, _ use: KeySet.Use) -> KeySet.Entry {
            KeySet.Entry(kid: key.publicKey.thumbprint, owner: owner, use: use, key: key.publicKey)
        }
        keys = try KeySet([entry(signIn, KeySet.signIn, .signing), entry(signing, "tickets", .signing), entry(opening, "tickets", .encryption)])
        keyFile = FileManager.default.temporaryDirectory.path + "/\(place.prefix).jwks"
        _ = FileManager.default.createFile(atPath: keyFile, contents: Data(keys.jwks))
        configuration = try Configuration(keys: ConfigurationKey.everyService(TicketWords.contract), environment: [
            "HTTP_LISTEN": "127.0.0.1:0", "DATABASE_URL": place.databaseURL, "KAFKA_BOOTSTRAP": place.kafka.bootstrap,
            "TOPIC_PREFIX": place.prefix, "TOKEN_KEYS": keyFile, "SIGNING_KEY": try signing.pem, "OPENING_KEY": try opening.pem,
            "PROFILE": "development",
        ])
        let prefix = place.prefix
        // DevBroker makes a topic when somebody asks for it, and cannot administer any.
        if Servers.isRealKafka {
            let admin = try Admin(place.kafka)
            _ = try await admin.createTopics(TicketWords.contract.topics.map {
                TopicSpec(name: $0.name(prefix: prefix), partitions: 2, replication: 1)
            })
            await admin.close()
        }
        instance = try Instance<Tickets>(configuration)
    }

    func start() async throws {
        let instance = instance
        serving = Loop.start { try await instance.serve() }
        try await eventually("the office is ready") {
            guard !instance.address.isEmpty else { return false }
            return try await self.send("GET", "/readyz", token: nil).status == 200
        }
    }

    /// Stops the instance as a signal would, and starts another over the same database.
    func restart(meanwhile: @Loop () async throws -> Void = {}) async throws {
        try await stop()
        try await meanwhile()
        instance = try Instance<Tickets>(configuration)
        try await start()
    }

    func stop() async throws {
        instance.requestStop()
        try await serving?.value
        serving = nil
    }

    func close() async throws {
        if serving != nil { try await stop() }
        await database.close()
        try await place.remove()
        try FileManager.default.removeItem(atPath: keyFile)
    }

    // MARK: Requests

    func token(_ caller: Caller, life: Duration = .seconds(600), at moment: Timestamp = .now, key: PrivateKey? = nil) throws -> String {
        let claims = TokenClaims(caller, issuer: KeySet.signIn, audience: "tickets", at: moment, life: life)
        return try Token.sign(claims, key: key ?? signIn, kid: signIn.publicKey.thumbprint, type: TokenClaims.type)
    }

    func send(
        _ method: String, _ path: String, token: String?, key: String? = nil, body: String? = nil, headers: [String: String] = [:]
    ) async throws -> HTTPClientResponse {
        var request = HTTPClientRequest(method, url: "http://\(instance.address)\(path)", body: body.map { Array($0.utf8) })
        if let token { request.headers["Authorization"] = "Bearer \(token)" }
        if let key { request.headers["Idempotency-Key"] = key }
        if body != nil { request.headers["Content-Type"] = "application/json" }
        for (name, value) in headers { request.headers[name] = value }
        return try await client.send(request)
    }

    func open(_ text: String, by caller: Caller, key: String, due: Int64? = nil) async throws -> HTTPClientResponse {
        let due = due.map { ",\"dueInSeconds\":\($0)" } ?? ""
        return try await send("POST", "/v1/tickets", token: try token(caller), key: key, body: "{\"text\":\"\(text)\"\(due)}")
    }

    func effects(_ what: String) async throws -> Int {
        try await database.fetch(Query("SELECT count(*) FROM effect WHERE what = \(what)") { try $0.first?.column(0) ?? 0 })
    }

    func count(_ table: Statement) async throws -> Int {
        try await database.fetch(Query("SELECT count(*) FROM \(table)") { try $0.first?.column(0) ?? 0 })
    }
}

extension HTTPClientResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
    func json() throws -> JSONValue { try JSON.parse(body) }
    func problem() throws -> Problem { try JSON.decode(Problem.self, from: body) }
}
