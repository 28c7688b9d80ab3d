import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    /// The services see a clock that a file moves (libfaketime): real time only, as a step of the machine's clock does.
    @Suite("The clock moved back", .enabled(if: FakeClock.library != nil, "libfaketime is not installed")) struct ClockBackTests {
        @Test func `an hour: ids go on upwards, tokens are held against it with leeway, nothing hangs, timers fire once`() async throws {
            let clock = try FakeClock()
            defer { clock.remove() }
            var options = Platform.Options()
            options.settings = clock.settings
            try await Platform.run(options) { platform in
                let citizen = Caller.citizen(People.applicant)
                let first = try await platform.submit(as: People.applicant)
                try await platform.untilFacts(first.number, citizen)
                let moved = try platform.keys.token(citizen, for: .eLicense, at: .now - .seconds(3600))
                let leeway = try platform.keys.token(citizen, for: .eLicense, at: .now - .seconds(3600) + .seconds(15))

                try clock.set("-3600")
                try await eventually("the service has the earlier time") {
                    try await platform.clockReading() < .now - .seconds(3000)
                }
                // Signed an hour in the future, as it sees it.
                let refused = try await platform.submit(with: try platform.keys.token(citizen, for: .eLicense), key: "future")
                #expect(refused.status == 401, "\(refused.text)")
                #expect(try refused.problem().rule == "token")
                var receipts = [first]
                for (number, token) in [moved, leeway].enumerated() {
                    let answer = try await platform.submit(with: token, key: "back-\(number)")
                    #expect(answer.status == 201, "\(answer.text)")
                    receipts.append(try answer.decoded())
                }
                let ids = receipts.map(\.id.text)
                #expect(ids == ids.sorted() && Set(ids).count == 3, "\(ids)")
                // Relay, consumers and timers go on: questions are asked and answered.
                try await eventually("the register has answered for all") {
                    try await platform.database(.eLicense).count("inquiry WHERE answered_at IS NOT NULL") == 3
                }
                try await platform.untilPublished()
                let records = try await platform.records(of: ApplicationSubmitted.topic)
                let events = try ids.map { id in try #require(records.first { $0.keyText == id }?.text("ce_id")) }
                #expect(events == events.sorted())

                // All deadlines pass by the clock of law; each timer fires once, also those from before the step.
                try await platform.moveLaw(days: 60)
                let database = try platform.database(.eLicense)
                try await eventually("silence has granted all") { try await database.count("application WHERE status = 'deemed-issued'") == 3 }
                try clock.set("+0")
                try await eventually("the service has the real time") { try await platform.clockReading() > .now + .seconds(60 * 86_400 - 600) }
                _ = try await platform.submit("notary", as: People.applicant)
                try await platform.untilPublished()
                #expect(try await database.count("licence") == 3)
                #expect(try await database.count("parked") == 0)
                #expect(try await database.count("application WHERE jsonb_array_length(history) <> version") == 0)
                #expect(try await database.count("(SELECT DISTINCT id FROM journal) AS ids") == database.count("journal"))
                for service in platform.services.values { #expect(await service.terminated() == 0) }
            }
        }
    }
}

/// The offset of the clock that processes with these settings see.
private struct FakeClock: Sendable {
    static let library = ["x86_64", "aarch64"].map { "/usr/lib/\($0)-linux-gnu/faketime/libfaketimeMT.so.1" }
        .first { FileManager.default.fileExists(atPath: $0) }

    private let file = "\(Platform.variable("TEST_STATE") ?? "/tmp")/clock-\(UUID().uuidString.lowercased().prefix(8))"

    init() throws { try set("+0") }

    /// Moves it to so many seconds from real time.
    func set(_ offset: String) throws {
        // Renamed into its place: who reads it sees the one or the other.
        try Files.write(Array("\(offset)\n".utf8), to: "\(file).new")
        guard rename("\(file).new", file) == 0 else { throw NotWritten(path: file) }
    }

    func remove() { unlink(file) }

    var settings: [String: String] {
        ["LD_PRELOAD": Self.library ?? "", "FAKETIME_TIMESTAMP_FILE": file, "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"]
    }
}

extension Platform {
    /// An operator's token that the moved clock takes, whichever it is.
    private func anyClock(_ call: Call) async throws -> HTTPClientResponse {
        var call = call
        var answer: HTTPClientResponse?
        // The first once more: the clock may have moved between the two.
        for back in [0, 3600, 0] as [Int64] {
            call.token = try keys.token(People.administrator, for: call.service, at: .now - .seconds(back))
            let given = try await send(call)
            if given.status < 400 { return given }
            answer = given
        }
        throw Declined(operation: call.path, answer: try #require(answer))
    }

    fileprivate func clockReading() async throws -> Timestamp {
        let call = try request(DevelopmentClock.read(for: .eLicense), Empty(), as: People.administrator)
        return try await anyClock(call).decoded(DevelopmentClock.Reading.self).now
    }

    fileprivate func moveLaw(days: Int64) async throws {
        _ = try await anyClock(try request(
            DevelopmentClock.move(for: .eLicense), DevelopmentClock.Move(bySeconds: days * 86_400), as: People.administrator, key: "law"))
    }

    fileprivate func submit(with token: String, key: String) async throws -> HTTPClientResponse {
        try await send(Call(.eLicense, "POST", "/v1/applications", token: token, key: key, body: #"{"kind":"advocate","language":"kk"}"#))
    }
}
