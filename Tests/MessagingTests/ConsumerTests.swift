import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: Servers.areThere), .serialized) struct ConsumerTests {
    @Test func `a message takes effect once, however often it comes`() async throws {
        try await Workshop.run { shop in
            let records = try moves(items: 10, steps: 1...5).map(shop.record)
            for _ in 0..<3 { try await shop.publish(records) }
            try await shop.publish(moves(items: 10, steps: 6...6))
            let consumer = try shop.consumer("one", [shop.moving("one")])
            consumer.start()
            try await eventually("the last steps took effect") { try await shop.count("effect WHERE step = 6") == 10 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 10, steps: 1...6))
            #expect(try await shop.count("inbox") == 60)
        }
    }

    @Test func `a foreign id sent again is the same message`() async throws {
        try await Workshop.run { shop in
            var foreign = try shop.record(ItemMoved(item: "foreign", step: 1))
            foreign.headers = foreign.headers.filter { $0.name != "ce_time" }.map { $0.name == "ce_id" ? KafkaHeader("ce_id", "order 66") : $0 }
            try await shop.publish([foreign])
            try await Loop.sleep(for: .milliseconds(5))
            try await shop.publish([foreign, try shop.record(ItemMoved(item: "foreign", step: 2))])
            let consumer = try shop.consumer("one", [shop.moving("one")])
            consumer.start()
            try await eventually("the later step took effect") { try await shop.count("effect WHERE step = 2") == 1 }
            await consumer.stop()
            #expect(try await shop.effects().map(\.step) == [1, 2])
        }
    }

    @Test func `connections that end at the commit make it try again, never twice`() async throws {
        try await Workshop.run { shop in
            try await shop.run([
                "CREATE CONSTRAINT TRIGGER killed AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
            ])
            try await shop.publish(moves(items: 6, steps: 1...10))
            let consumer = try shop.consumer("one", [shop.moving("one")])
            consumer.start()
            try await eventually("all took effect") { try await shop.count("effect") >= 60 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 6, steps: 1...10))
            #expect(try await shop.count("(SELECT nextval('deaths') AS next) AS d WHERE next > 60 + 3") == 1)
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `connections killed again and again while handlers work lose nothing and double nothing`() async throws {
        try await Workshop.run { shop in
            try await shop.publish(moves(items: 20, steps: 1...20))
            let consumer = try shop.consumer("one", [
                .event(ItemMoved.self) { event, work in
                    _ = try await work.fetch(Query("SELECT pg_sleep(0.002)") { _ in 0 })
                    Workshop.effect(event, by: "one", in: work)
                }
            ])
            consumer.start()
            for part in 1...8 {
                try await eventually("it goes on") { try await shop.count("effect") >= part * 40 }
                try await shop.terminate("one")
            }
            try await eventually("all took effect") { try await shop.count("effect") >= 400 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 20, steps: 1...20))
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `a database that takes no writes for a while parks nothing`() async throws {
        try await Workshop.run { shop in
            try await shop.run(["""
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database()); END $$
                """])
            let tries = Counter()
            let consumer = try shop.consumer("one", [
                .event(ItemMoved.self) { event, work in Workshop.effect(event, by: "one", in: work) }
            ])
            consumer.start()
            try await shop.publish(moves(items: 2, steps: 1...3))
            try await eventually("it has met the refusal") {
                tries.value += 1
                return tries.value > 50
            }
            #expect(try await shop.count("effect") == 0)
            try await shop.run(["""
                DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET default_transaction_read_only', current_database()); END $$
                """])
            try await shop.terminate("one")
            try await eventually("all took effect") { try await shop.count("effect") + shop.count("parked") >= 6 }
            await consumer.stop()
            #expect(try await shop.count("parked") == 0)
            #expect(try await shop.effects().steps == allSteps(items: 2, steps: 1...3))
        }
    }

    @Test func `keys go side by side, the steps of one key in order`() async throws {
        try await Workshop.run { shop in
            try await shop.publish(moves(items: 40, steps: 1...25))
            let busy = Counter()
            let consumer = try shop.consumer("one", [
                .event(ItemMoved.self) { event, work in
                    busy.enter()
                    defer { busy.leave() }
                    try await Loop.sleep(for: .microseconds(Int64.random(in: 0...3000)))
                    Workshop.effect(event, by: "one", in: work)
                }
            ])
            consumer.start()
            try await eventually("all took effect") { try await shop.count("effect") == 1000 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 40, steps: 1...25))
            #expect(busy.most > 1)
        }
    }

    @Test func `two instances that come and go share the work: nothing lost, nothing doubled, keys in order`() async throws {
        try await Workshop.run { shop in
            let slowly: @Sendable (String) -> MessageHandler = { name in
                .event(ItemMoved.self) { event, work in
                    try await Loop.sleep(for: .milliseconds(1))
                    Workshop.effect(event, by: name, in: work)
                }
            }
            try await shop.publish(moves(items: 40, steps: 1...20))
            let one = try shop.consumer("one", [slowly("one")])
            one.start()
            try await eventually("the first is at work") { try await shop.count("effect") >= 100 }
            let two = try shop.consumer("two", [slowly("two")])
            two.start()
            var step = 20
            try await eventually("both have handled some") {
                step += 1
                try await shop.publish(moves(items: 40, steps: step...step))
                return try await shop.count("effect WHERE who = 'two'") >= 100
            }
            try await shop.publish(moves(items: 40, steps: (step + 1)...(step + 10)))
            let last = step + 10
            await one.stop()
            try await eventually("all took effect") { try await shop.count("effect") >= 40 * last }
            await two.stop()
            #expect(try await shop.effects().steps == allSteps(items: 40, steps: 1...last))
            #expect(try await shop.count("effect WHERE who = 'one'") >= 100)
            #expect(try await shop.count("parked") == 0)
        }
    }
}

/// How many are at work, and how many were at most.
@Loop final class Counter {
    var value = 0
    private(set) var most = 0

    func enter() {
        value += 1
        most = max(most, value)
    }

    func leave() { value -= 1 }
}
