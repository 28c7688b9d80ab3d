import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    /// SIGTERM while there is something in the way of an end. A service that takes longer than it may is killed by
    /// `terminated()`, which its exit code then tells.
    @Suite("Stopping with work held") struct StoppingTests {
        @Test func `requests that wait for a locked table, for a body, for nothing: all are answered, and the process ends by itself`() async throws {
            try await Platform.run { platform in
                let receipt = try await platform.submit("valuation", as: People.applicant)
                try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                let licences = try platform.service(.eLicense)
                let lock = try await platform.database(.eLicense).reader.session()
                try await lock.execute("BEGIN")
                try await lock.execute("LOCK TABLE application IN ACCESS EXCLUSIVE MODE")
                let citizen = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                let official = try platform.keys.token(People.official, for: .eLicense)
                @Loop func client(_ head: String, token: String? = nil, key: String = "k", body: String? = nil, length: Int? = nil) throws -> HostileClient {
                    let client = try HostileClient(licences.address)
                    var text = head + " HTTP/1.1\r\nHost: test\r\n"
                    if let token { text += "Authorization: Bearer \(token)\r\n" }
                    if let body { text += "Content-Type: application/json\r\nIdempotency-Key: \(key)\r\nContent-Length: \(length ?? body.utf8.count)\r\n\r\n\(body)" }
                    client.say(text + (body == nil ? "\r\n" : ""))
                    return client
                }
                let held = [
                    "a long read": try client("GET /v1/applications", token: citizen),
                    "an application": try client("POST /v1/applications", token: citizen, body: #"{"kind":"advocate","language":"kk"}"#),
                    "a decision": try client("POST /v1/applications/\(receipt.number)/decision", token: official, body: #"{"outcome":"issue"}"#),
                    "half a body": try client("POST /v1/applications", token: citizen, key: "half", body: #"{"kind":"#, length: 35),
                ]
                let idle = try client("GET /v1/kinds")
                let halfAHead = try HostileClient(licences.address)
                halfAHead.say("GET /v1/kinds HTTP/1.1\r\nHost: te")
                try await eventually("three wait for the table") {
                    try await platform.database(.eLicense).count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= 2
                }
                try await eventually("the idle one has its answer") { idle.hear().contains("200 OK") }

                async let code = licences.terminated()
                var heard: [String: String] = [:]
                try await eventually("all connections are ended") {
                    for (name, client) in held { heard[name, default: ""] += client.hear() }
                    return held.values.allSatisfy(\.isClosed) && idle.isOver && halfAHead.isOver
                }
                for name in held.keys {
                    let answer = heard[name] ?? ""
                    #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(name): \(answer)")
                    #expect(answer.contains("Retry-After: "), "\(name): \(answer)")
                    #expect(answer.contains("Connection: close") || answer.contains("Connection: Close"), "\(name): \(answer)")
                }
                #expect(await code == 0, "\(licences.log.suffix(2000))")
                try await lock.execute("COMMIT")
                await lock.close()
                // What had been sent may have been done after all: the same key tells, and nothing is there twice.
                try await licences.start()
                try await licences.ready()
                let again = try await platform.send(Call(
                    .eLicense, "POST", "/v1/applications", token: citizen, key: "k", body: #"{"kind":"advocate","language":"kk"}"#))
                #expect(again.status == 201, "\(again.text)")
                #expect(try await platform.database(.eLicense).count("application") == 2)
                #expect(await licences.terminated() == 0)
            }
        }

        @Test(.enabled(if: Servers.isRealKafka, "DevBroker keeps nothing over a restart"))
        func `Kafka away, with events that wait for it`() async throws {
            try await OwnServers.run(.broker) { servers in
                var options = Platform.Options()
                options.kafkaBootstrap = try await servers.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    try await servers.kill()
                    let receipt = try await platform.submit(as: People.applicant)
                    for service in platform.services.values { #expect(await service.terminated() == 0, "\(service.log.suffix(2000))") }
                    #expect(try await platform.database(.eLicense).count("outbox") > 0)
                    try await servers.start()
                    for service in platform.services.values { try await service.start() }
                    for service in platform.services.values { try await service.ready() }
                    try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                }
            }
        }

        @Test func `the database away, silent, and away from the start`() async throws {
            try await OwnServers.run(.postgres) { servers in
                var options = Platform.Options()
                options.databaseServer = try await servers.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let licences = try platform.service(.eLicense)
                    let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                    @Loop func ask() throws -> HostileClient {
                        let client = try HostileClient(licences.address)
                        client.say("GET /v1/applications HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n\r\n")
                        return client
                    }
                    _ = try await platform.submit(as: People.applicant)
                    // Its processes stand still: no answer comes, and no end of a connection either.
                    try await servers.freeze()
                    let held = try ask()
                    // Some leave before: what their statements wait for must not keep the process.
                    let gone = try (0..<4).map { _ in try ask() }
                    try await Loop.sleep(for: .milliseconds(300))
                    for client in gone { client.leave() }
                    let whileSilent = await licences.terminated()
                    #expect(whileSilent == 0, "\(licences.log.suffix(2000))")
                    let answer = held.hear()
                    #expect(answer.hasPrefix("HTTP/1.1 503 "), "\(answer)")
                    servers.thaw()

                    try await licences.start()
                    try await licences.ready()
                    try await servers.kill()
                    let waiting = try ask()
                    try await Loop.sleep(for: .milliseconds(300))
                    let whileAway = await licences.terminated()
                    #expect(whileAway == 0, "\(licences.log.suffix(2000))")
                    #expect(waiting.hear().hasPrefix("HTTP/1.1 503 "))

                    try await licences.start()
                    #expect(await licences.readiness() == 503)
                    #expect(await licences.terminated() == 0, "\(licences.log.suffix(2000))")
                    try await servers.start()
                }
            }
        }
    }
}
