import Contracts
import EventLoop
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("No connection left") struct ConnectionLimitTests {
        @Test func `others take all connections: it says so with a time to come back, and recovers by itself`() async throws {
            try await OwnServers.run(.postgres) { postgres in
                var options = Platform.Options()
                options.databaseServer = try await postgres.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let first = try await platform.submit(as: People.applicant)
                    try await platform.untilFacts(first.number, .citizen(People.applicant))
                    let service = try platform.service(.eLicense)
                    let pid = service.pid
                    let hog = Hog(platform)
                    try await hog.limit(to: 24)
                    try await hog.takeAll()

                    let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                    let submission = Call(
                        .eLicense, "POST", "/v1/applications", token: token, key: "no-connection", body: #"{"kind":"notary","language":"kk"}"#)
                    for call in [submission, Call(.eLicense, "GET", "/v1/applications/\(first.number)", token: token)] {
                        try await platform.saysComeBack(call)
                    }
                    #expect(await service.readiness() == 503)
                    #expect(try await platform.send(Call(.eLicense, "GET", "/livez")).status == 200)
                    #expect(try await platform.send(Call(.eLicense, "GET", "/readyz")).headers["Retry-After"] != nil)

                    await hog.release()
                    try await service.ready()
                    let accepted = try await platform.send(submission)
                    #expect(accepted.status == 201, "\(accepted.text)")
                    // Relay, consumers and timers have come back too.
                    try await platform.untilFacts(try accepted.decoded(Licences.Receipt.self).number, .citizen(People.applicant))
                    try await platform.untilPublished()
                    #expect(service.pid == pid && service.isRunning)
                    #expect(try await platform.database(.eLicense).count("application") == 2)
                }
            }
        }

        @Test func `others take all but those it holds: what needs no more goes on, what does says when to come back`() async throws {
            try await OwnServers.run(.postgres) { postgres in
                var options = Platform.Options()
                options.databaseServer = try await postgres.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let receipt = try await platform.submit(as: People.applicant)
                    try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                    try await platform.untilPublished()
                    let hog = Hog(platform)
                    try await hog.limit(to: 24)
                    try await hog.endLeases()
                    try await hog.fill()
                    // Shared connections are open: reads and applications go on.
                    _ = try await platform.submit("notary", as: People.secondApplicant)
                    let decision = try platform.request(
                        Licences.decide, Licences.Decision(number: receipt.number, outcome: .issue), as: People.official, key: "decided-late")
                    try await eventually("a decision gets no connection") {
                        try await hog.endLeases()
                        try await hog.fill()
                        return try await platform.send(decision).status == 503
                    }
                    try await platform.saysComeBack(decision)
                    await hog.release()
                    try await eventually("it is decided") { try await platform.send(decision).status == 200 }
                    #expect(try await platform.database(.eLicense).count("licence") == 1)
                }
            }
        }
    }
}

/// Another client with the service's own role, which takes connections and keeps them.
@Loop private final class Hog {
    private let platform: Platform
    private var database: Database?
    private var sessions: [Session] = []

    init(_ platform: Platform) { self.platform = platform }

    private var licences: ServiceDatabase { get throws { try platform.database(.eLicense) } }

    func limit(to connections: Int) async throws {
        _ = try await licences.reader.run(Batch(statements: [
            "SELECT set_config('test.role', \("\(platform.prefix)-e-license"), true), set_config('test.limit', \("\(connections)"), true)",
            "DO $$ BEGIN EXECUTE format('ALTER ROLE %I CONNECTION LIMIT %s', current_setting('test.role'), current_setting('test.limit')); END $$",
        ], goesAlone: true))
    }

    /// Takes what is free.
    func fill() async throws {
        if database == nil {
            var options = DatabaseOptions(url: try licences.url, applicationName: "hog")
            options.sharedConnections = 1
            database = Database(options)
        }
        while let session = try? await database?.session() { sessions.append(session) }
    }

    /// Ends the service's own connections until none is left.
    func takeAll() async throws {
        try await eventually("the service has no connection") {
            try await self.fill()
            let left = try await self.licences.count("pg_stat_activity WHERE application_name = 'e-license' AND datname = current_database()")
            _ = try await self.licences.count("""
                (SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'e-license' AND datname = current_database()) AS ended
                """)
            return left == 0
        }
    }

    /// Ends those of the service's connections that have carried no shared transaction, nor hold the relay's lock.
    func endLeases() async throws {
        _ = try await licences.count("""
            (SELECT pg_terminate_backend(pid) FROM pg_stat_activity AS a
             WHERE application_name = 'e-license' AND datname = current_database() AND state = 'idle' AND lower(query) IN ('commit', 'rollback')) AS ended
            """)
    }

    func release() async {
        for session in sessions { await session.close() }
        sessions = []
        await database?.close()
        database = nil
    }
}
