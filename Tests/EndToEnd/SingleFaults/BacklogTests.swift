import EventLoop
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A consumer far behind", .enabled(if: Servers.isRealKafka, "DevBroker keeps a few megabytes")) struct BacklogTests {
        /// `TEST_BACKLOG` is how many messages wait: 60,000 unless given.
        @Test func `it catches up, each message takes effect once, and its memory stays flat`() async throws {
            let backlog = Platform.variable("TEST_BACKLOG").flatMap { Int($0) } ?? 60_000
            try await FragilePlace.run(partitions: 4, startsNow: false) { place in
                for start in stride(from: 0, to: backlog, by: 20_000) {
                    try await place.publish((start..<min(start + 20_000, backlog)).map { FragileOrder("item-\($0 % 5000)", $0, .effect) })
                }
                try await place.start()
                let pid = try #require(place.pid)
                let begun = Loop.now
                var memory: [Int] = []
                var done = 0
                var progress = Loop.now
                while done < backlog {
                    try await Loop.sleep(for: .milliseconds(250))
                    memory.append(ProcessFigures.residentMegabytes(pid))
                    let now = try await place.database.count("inbox")
                    if now > done { progress = Loop.now }
                    done = now
                    guard Loop.now - progress < .seconds(60) else { throw NeverCaughtUp(done: done) }
                }
                let seconds = Double((Loop.now - begun).components.seconds) + 1
                let half = memory.count / 2
                let (early, late) = (memory[..<max(half, 1)].max() ?? 0, memory[half...].max() ?? 0)
                let curve = (0...10).map { memory[min($0 * memory.count / 10, memory.count - 1)] }
                print("memory over time: \(curve.map { "\($0)" }.joined(separator: " ")) MB")
                print("backlog of \(backlog): \(Int(Double(backlog) / seconds)) messages/s, memory \(early) MB in the first half, \(late) MB in the second")
                #expect(try await place.database.count("effect") == backlog)
                #expect(try await place.database.count("(SELECT DISTINCT item, step FROM effect) AS each") == backlog)
                #expect(try await place.database.count("""
                    (SELECT step < lag(step) OVER (PARTITION BY item ORDER BY seq) AS overtook FROM effect) AS pairs WHERE overtook
                    """) == 0)
                #expect(try await place.database.count("parked") == 0)
                // Bounds for what grows with the backlog, not measures.
                #expect(late < 240, "\(late) MB")
                #expect(late < early + 32, "from \(early) to \(late) MB")
                #expect(place.ends == 0)
            }
        }
    }
}

struct NeverCaughtUp: Error { var done: Int }
