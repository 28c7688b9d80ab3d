import Contracts
import EventLoop
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite("Statements that take too long", .enabled(if: Servers.areThere), .serialized) struct SlowStatementTests {
    /// Too slow for the first so many times with each key that begins with `slow`.
    @Loop final class Slowness {
        let times: Int
        private(set) var tries: [String: Int] = [:]

        init(times: Int) { self.times = times }

        /// The statement for one more try.
        func next(_ item: String) -> Statement {
            guard item.hasPrefix("slow") else { return "SELECT 1" }
            tries[item, default: 0] += 1
            return tries[item, default: 0] <= times ? "SELECT pg_sleep(20)" : "SELECT 1"
        }

        var deciding: MessageHandler {
            .event(ItemMoved.self) { [self] event, work in
                _ = try await work.fetch(Query(next(event.item)) { $0.count })
                Workshop.effect(event, by: "one", in: work)
            }
        }

        var writing: MessageHandler {
            .write(on: ItemMoved.self) { [self] event, work in
                work.save(next(event.item))
                Workshop.effect(event, by: "one", in: work)
            }
        }
    }

    @Test(arguments: [true, false]) func `a message that was too slow some times takes effect, and is not parked`(_ decides: Bool) async throws {
        try await Workshop.run { shop in
            let slowness = Slowness(times: 3)
            let consumer = try shop.consumer("one", [decides ? slowness.deciding : slowness.writing], statementTimeout: .milliseconds(150))
            consumer.start()
            try await shop.publish([ItemMoved(item: "slow", step: 1), ItemMoved(item: "good", step: 1), ItemMoved(item: "slow", step: 2)])
            try await eventually("all took effect") { try await shop.count("effect") == 3 }
            await consumer.stop()
            #expect(try await shop.effects().steps == ["slow": [1, 2], "good": [1]])
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `a message that is always too slow is parked after five tries, and other keys go on`() async throws {
        try await Workshop.run { shop in
            let slowness = Slowness(times: .max)
            let consumer = try shop.consumer("one", [slowness.deciding], statementTimeout: .milliseconds(150))
            consumer.start()
            try await shop.publish([ItemMoved(item: "slow", step: 1), ItemMoved(item: "good", step: 1)])
            try await eventually("it is parked") { try await shop.count("parked") == 1 }
            try await eventually("others go on") { try await shop.count("effect") == 1 }
            await consumer.stop()
            let parked = try #require(try await shop.parked().first)
            #expect(parked.error.contains("57014"))
            #expect((5...7).contains(slowness.tries["slow"] ?? 0))
        }
    }

    @Test func `a timer that was too slow some times fires once; one that always is, is parked`() async throws {
        try await Workshop.run { shop in
            let slowness = Slowness(times: 2)
            let never = Slowness(times: .max)
            let runner = shop.timers("one", [
                .timer(ItemDue.self) { timer, work in
                    _ = try await work.fetch(Query((timer.item == "slow-for-ever" ? never : slowness).next(timer.item)) { $0.count })
                    shop.fire(timer, by: "one", in: work)
                }
            ], statementTimeout: .milliseconds(150))
            try await shop.schedule(["slow-for-ever", "slow", "good"].map { ItemDue(item: $0, step: 1) }, at: .now - .seconds(1))
            runner.start()
            try await eventually("none is left") { try await shop.count("timer") == 0 }
            await runner.stop()
            #expect(try await shop.effects().steps == ["slow": [1], "good": [1]])
            let parked = try await shop.parked()
            #expect(parked.count == 1 && parked[0].error.contains("57014"))
            #expect(never.tries["slow-for-ever"] == mostTimeouts)
        }
    }
}
