import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Overload") struct OverloadTests {
        @Test func `three times what it can: it does what it can, refuses the rest with a time to come back, and recovers`() async throws {
            var options = Platform.Options()
            options.settings = ["HTTP_REQUESTS": "64"]
            try await Platform.run(options) { platform in
                let service = try platform.service(.eLicense)
                let pid = try #require(service.pid)
                // Twenty milliseconds of the database for each read: what it can do depends on that, not on this machine.
                try await slowDown(platform)
                let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                let request = "GET /v1/access-history?limit=1 HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n\r\n"

                let quiet = OpenLoop(service.address, request)
                try await quiet.keep(32, for: .seconds(4))
                try await quiet.drain()
                #expect(quiet.tally.statuses.keys.sorted() == [200], "\(quiet.tally)")
                let capacity = max(8, quiet.tally.answered / 4)
                let before = ProcessFigures.residentMegabytes(pid)

                let burst = OpenLoop(service.address, request)
                let watch = Loop.start { try await watchedOver(platform) }
                try await burst.ask(perSecond: 3 * capacity, for: .seconds(10))
                try await burst.drain()
                let tally = burst.tally
                print("capacity \(capacity)/s; at three times that \(tally)")
                #expect(tally.brokenOff == 0, "\(tally)")
                #expect(tally.answered == tally.asked, "\(tally)")
                #expect(tally.statuses.keys.sorted() == [200, 503], "\(tally)")
                #expect(tally.withoutRetryAfter == 0, "\(tally)")
                // Half of what it did in quiet is a bound for a collapse, not a measure.
                #expect(tally.statuses[200] ?? 0 > capacity * 10 / 2, "\(tally)")
                watch.cancel()
                #expect(try await watch.value > 0)

                try await eventually("it has recovered") {
                    let calm = OpenLoop(service.address, request)
                    try await calm.ask(perSecond: capacity / 2, for: .seconds(1))
                    try await calm.drain()
                    return calm.tally.statuses.keys.sorted() == [200]
                }
                let after = ProcessFigures.residentMegabytes(pid)
                #expect(after < before + 48, "from \(before) to \(after) MB")
            }
        }

        @Test func `two thousand at once are answered, each with one or the other`() async throws {
            try await Platform.run { platform in
                let service = try platform.service(.eLicense)
                let pid = try #require(service.pid)
                let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                let load = OpenLoop(service.address, "GET /v1/access-history?limit=1 HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer \(token)\r\n\r\n")
                try await load.keep(200, for: .seconds(2))
                let before = ProcessFigures.residentMegabytes(pid)
                try await load.keep(2000, for: .seconds(6))
                try await load.drain()
                let tally = load.tally
                print("two thousand at once: \(tally)")
                #expect(tally.brokenOff == 0 && tally.answered == tally.asked, "\(tally)")
                #expect(tally.statuses.keys.allSatisfy { $0 == 200 || $0 == 503 }, "\(tally)")
                #expect(tally.statuses[200] ?? 0 > 0 && tally.withoutRetryAfter == 0, "\(tally)")
                let after = ProcessFigures.residentMegabytes(pid)
                #expect(after < before + 64, "from \(before) to \(after) MB")
                let again = try await platform.send(Call(.eLicense, "GET", "/v1/access-history", token: token))
                #expect(again.status == 200)
            }
        }
    }
}

/// Every entry of the journal takes twenty milliseconds from now on.
@Loop private func slowDown(_ platform: Platform) async throws {
    let session = try await platform.database(.eLicense).reader.session()
    try await session.execute("""
        CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$
        """)
    try await session.execute("CREATE TRIGGER slow BEFORE INSERT ON journal FOR EACH ROW EXECUTE FUNCTION take_time()")
    await session.close()
}

/// Asks for health and as an operator, again and again, until cancelled; says how often. All of it is always answered.
@Loop private func watchedOver(_ platform: Platform) async throws -> Int {
    var rounds = 0
    let token = try platform.keys.token(People.administrator, for: .eLicense)
    while !Task.isCancelled {
        for call in [
            Call(.eLicense, "GET", "/livez"), Call(.eLicense, "GET", "/readyz"), Call(.eLicense, "GET", "/metrics"),
            Call(.eLicense, "GET", "/v1/status", token: token),
        ] {
            guard let answer = try? await platform.send(call) else {
                if !Task.isCancelled { Issue.record("\(call.path) was not answered") }
                return rounds
            }
            #expect(answer.status == 200, "\(call.path): \(answer.text)")
        }
        rounds += 1
    }
    return rounds
}
