import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: Servers.areThere), .serialized) struct SharedEffectTests {
    /// Makes an effect of each step; what it makes of `bad` the database refuses.
    static func writing(_ name: String, bad: ItemMoved? = nil) -> MessageHandler {
        .write(on: ItemMoved.self) { event, work in
            Workshop.effect(event, by: name, in: work)
            if event.item == bad?.item, event.step == bad?.step { work.save("SELECT 1 / 0") }
        }
    }

    /// The same with one statement for many; `bad` makes the handler itself fail.
    static func writingMany(_ name: String, calls: Calls, bad: ItemMoved? = nil) -> MessageHandler {
        .write(onMany: ItemMoved.self) { messages, work in
            let events = try messages.map { try $0.event() }
            calls.sizes.append(events.count)
            if Set(events.map(\.item)).count < events.count { calls.hadDoubleKeys = true }
            if events.contains(where: { $0.item == bad?.item && $0.step == bad?.step }) { throw WrongStep() }
            work.save("""
                INSERT INTO effect (item, step, who)
                SELECT item, step, \(name) FROM unnest(\(events.map(\.item)), \(events.map { Int64($0.step) })) AS moved (item, step)
                """)
        }
    }

    @Test func `messages of the write shape share commits, take effect once, in their order`() async throws {
        try await Workshop.run { shop in
            let records = try moves(items: 40, steps: 1...5).map(shop.record)
            for _ in 0..<2 { try await shop.publish(records) }
            try await shop.publish(moves(items: 40, steps: 6...6))
            let consumer = try shop.consumer("one", [Self.writing("one")])
            consumer.start()
            try await eventually("the last steps took effect") { try await shop.count("effect WHERE step = 6") == 40 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 40, steps: 1...6))
            #expect(try await shop.count("inbox") == 240)
            #expect(try await shop.count("(SELECT DISTINCT xmin::text FROM effect) AS transactions") <= 40)
        }
    }

    @Test func `a handler for many is called for many, no two of one key, and keeps their order`() async throws {
        try await Workshop.run { shop in
            let records = try moves(items: 40, steps: 1...5).map(shop.record)
            for _ in 0..<2 { try await shop.publish(records) }
            let calls = Calls()
            let consumer = try shop.consumer("one", [Self.writingMany("one", calls: calls)])
            consumer.start()
            try await eventually("all took effect") { try await shop.count("effect") >= 200 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 40, steps: 1...5))
            #expect(calls.sizes.max() ?? 0 > 5 && !calls.hadDoubleKeys)
        }
    }

    @Test func `in a shared transaction the one that fails is parked with those behind it, the others take effect`() async throws {
        try await Workshop.run { shop in
            let bad = ItemMoved(item: "item-3", step: 2)
            try await shop.publish(moves(items: 20, steps: 1...5))
            let calls = Calls()
            for (name, handler) in [("one", Self.writing("one", bad: bad)), ("two", Self.writingMany("two", calls: calls, bad: bad))] {
                if name == "two" { try await shop.run(["TRUNCATE effect, inbox, parked"]) }
                let consumer = try shop.consumer(name, [handler])
                if name == "two" { try await shop.publish(moves(items: 20, steps: 1...5)) }
                consumer.start()
                try await eventually("all others took effect") { try await shop.count("effect") >= 96 }
                try await eventually("the rest is parked") { try await shop.count("parked") >= 4 }
                await consumer.stop()
                let steps = try await shop.effects().steps
                #expect(steps["item-3"] == [1])
                #expect(steps.filter { $0.key != "item-3" } == allSteps(items: 20, steps: 1...5).filter { $0.key != "item-3" })
                let parked = try await shop.parked()
                #expect(parked.map { $0.error == ParkedMessages.behind } == [false, true, true, true])
            }
        }
    }

    /// Handlers of each shape; one that asks fails where its step is there already, and one fails without asking, once `calls.past` says so.
    static func handler(_ shape: String, _ calls: Calls) -> MessageHandler {
        switch shape {
        case "write": writing("one")
        case "write many": writingMany("one", calls: calls)
        case "fail":
            .write(on: ItemMoved.self) { event, work in
                if event.step <= calls.past { throw WrongStep() }
                Workshop.effect(event, by: "one", in: work)
            }
        case "by key":
            MessageHandler(type: ItemMoved.type, topic: ItemMoved.topic, shape: .decideByKey { message, work in
                try await ask(JSON.decode(ItemMoved.self, from: message.data), work)
            })
        default: .event(ItemMoved.self, ask)
        }
    }

    @Loop private static func ask(_ event: ItemMoved, _ work: Decide) async throws {
        let there = try await work.fetch(Query.first("SELECT 1 FROM effect WHERE item = \(event.item) AND step = \(Int64(event.step))") { _ in true })
        if there != nil { throw WrongStep() }
        Workshop.effect(event, by: "one", in: work)
    }

    @Test(arguments: ["write", "write many", "ask", "by key", "fail"])
    func `messages are taken to be new; where some come again nothing takes effect twice, and none is parked`(_ shape: String) async throws {
        try await Workshop.run { shop in
            let calls = Calls()
            let consumer = try shop.consumer("one", [Self.handler(shape, calls)])
            consumer.start()
            var sent: [KafkaRecord] = []
            for step in 1...3 {
                let new = try moves(items: 30, steps: step...step).map(shop.record)
                try await shop.publish(new)
                try await eventually("step \(step) took effect") { try await shop.count("effect WHERE step = \(step)") == 30 }
                sent += new
            }
            #expect(!consumer.onlyNew.isEmpty)
            calls.past = 3
            // Each partition brings some of what was here, and some that is twice in one batch.
            let next = try moves(items: 30, steps: 4...4).map(shop.record)
            try await shop.publish(sent + next + next)
            try await eventually("step 4 took effect") { try await shop.count("effect WHERE step = 4") == 30 }
            for step in 5...7 {
                try await shop.publish(moves(items: 30, steps: step...step))
                try await eventually("step \(step) took effect") { try await shop.count("effect WHERE step = \(step)") == 30 }
            }
            #expect(!consumer.onlyNew.isEmpty)
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 30, steps: 1...7))
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test(arguments: [false, true])
    func `connections that end at a shared commit make it try again, never twice`(_ areTakenToBeNew: Bool) async throws {
        try await Workshop.run { shop in
            let consumer = try shop.consumer("one", [Self.writing("one")])
            let first = areTakenToBeNew ? 2 : 1
            if areTakenToBeNew {
                consumer.start()
                try await shop.publish(moves(items: 6, steps: 1...1))
                try await eventually("the first took effect") { try await shop.count("effect") == 6 }
            }
            try await shop.run([
                "CREATE CONSTRAINT TRIGGER killed AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
            ])
            try await shop.publish(moves(items: 6, steps: first...10))
            if !areTakenToBeNew { consumer.start() }
            try await eventually("all took effect") { try await shop.count("effect") >= 60 }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 6, steps: 1...10))
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `keys whose messages ask the store and those that do not go by the same batch`() async throws {
        try await Workshop.run { shop in
            var other = try shop.record(ItemMoved(item: "item-0", step: 2))
            other.headers = other.headers.map { $0.name == "ce_type" ? KafkaHeader("ce_type", ItemAsked.type) : $0 }
            let first = try moves(items: 4, steps: 1...1).map(shop.record), last = try moves(items: 4, steps: 3...3).map(shop.record)
            try await shop.publish(first + [other] + last)
            let consumer = try shop.consumer("one", [
                Self.writing("write"),
                .event(ItemAsked.self) { event, work in
                    _ = try await work.fetch(Query("SELECT 1") { _ in 0 })
                    work.save(Workshop.effectStatement(ItemMoved(item: event.item, step: event.step), by: "decide"))
                },
            ])
            consumer.start()
            try await eventually("all took effect") { try await shop.count("effect") >= 9 }
            await consumer.stop()
            let effects = try await shop.effects().filter { $0.item == "item-0" }
            #expect(effects.map(\.step) == [1, 2, 3])
            #expect(effects.map(\.by) == ["write", "decide", "write"])
        }
    }
}

@Loop final class Calls {
    var sizes: [Int] = []
    var hadDoubleKeys = false
    /// Up to here steps are past.
    var past = 0
    nonisolated init() {}
}

struct WrongStep: Error {}

/// The same step by another name, for a handler that asks.
struct ItemAsked: Event {
    var item: String
    var step: Int
    static let type = "kz.egov.workshop.item-asked.v1"
    static let topic = ItemMoved.topic
    static let summary = "An item was asked for."
    var key: String { item }
}
