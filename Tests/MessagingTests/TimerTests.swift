import Contracts
import EventLoop
import FoundationEssentials
@testable import Messaging
import Postgres
import TestSupport
import Testing

struct ItemDue: TimerEvent {
    var item: String
    var step: Int
    static let type = "item-due"
    var key: String { item }
}

@Suite(.enabled(if: Servers.areThere), .serialized) struct TimerTests {
    @Test func `five hundred due timers and two instances: each fires once`() async throws {
        try await Workshop.run { shop in
            try await shop.schedule((0..<500).map { ItemDue(item: "item-\($0)", step: 1) }, at: .now - .seconds(1))
            let runners = ["one", "two"].map { shop.timers($0, [shop.firing($0)]) }
            for runner in runners { runner.start() }
            try await eventually("none is left") { try await shop.count("timer") == 0 }
            for runner in runners { await runner.stop() }
            #expect(try await shop.effects().steps == allSteps(items: 500, steps: 1...1))
            #expect(Set(try await shop.effects().map(\.by)) == ["one", "two"])
        }
    }

    @Test func `while one instance holds a timer another takes the next`() async throws {
        try await Workshop.run { shop in
            try await shop.schedule([ItemDue(item: "held", step: 1)], at: .now - .seconds(10))
            let begun = Promise<Void>()
            let gate = Promise<Void>()
            let one = shop.timers("one", [
                .timer(ItemDue.self) { timer, work in
                    begun.succeed(())
                    try await gate.value()
                    shop.fire(timer, by: "one", in: work)
                }
            ])
            one.start()
            try await begun.value()
            try await shop.schedule((0..<20).map { ItemDue(item: "item-\($0)", step: 1) }, at: .now - .seconds(1))
            let two = shop.timers("two", [shop.firing("two")])
            two.start()
            try await eventually("the second has taken all others") { try await shop.count("effect WHERE who = 'two'") == 20 }
            gate.succeed(())
            try await eventually("the first has ended") { try await shop.count("effect WHERE who = 'one'") == 1 }
            await one.stop()
            await two.stop()
            #expect(try await shop.count("effect") == 21)
        }
    }

    @Test func `connections that end at the commit make it fire again, with one effect`() async throws {
        try await Workshop.run { shop in
            try await shop.run([
                "CREATE CONSTRAINT TRIGGER killed AFTER INSERT ON effect DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
            ])
            try await shop.schedule((0..<10).map { ItemDue(item: "item-\($0)", step: 1) }, at: .now - .seconds(1))
            let runner = shop.timers("one", [shop.firing("one")])
            runner.start()
            try await eventually("none is left") { try await shop.count("timer") == 0 }
            await runner.stop()
            #expect(try await shop.effects().steps == allSteps(items: 10, steps: 1...1))
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `scheduling again moves a timer, cancelling deletes it`() async throws {
        try await Workshop.run { shop in
            let early = Timestamp.now - .seconds(60)
            let late = Timestamp.now + .seconds(86_400)
            try await shop.schedule([ItemDue(item: "sooner", step: 1)], at: late)
            try await shop.schedule([ItemDue(item: "sooner", step: 2)], at: early)
            try await shop.schedule([ItemDue(item: "later", step: 1)], at: early)
            try await shop.schedule([ItemDue(item: "later", step: 2)], at: late)
            try await shop.schedule([ItemDue(item: "never", step: 1), ItemDue(item: "still", step: 1)], at: early)
            try await shop.run([TimerTable.schedule(type: "of-another-kind", key: "never", at: late, payload: Array("{}".utf8))])
            let work = Write(caller: .service("workshop"), now: .now, place: shop.workPlace(shop.database))
            work.cancel(ItemDue.self, key: "never")
            work.cancel(ItemDue.self, key: "unknown")
            try await shop.run(work.collected)
            let runner = shop.timers("one", [shop.firing("one")])
            runner.start()
            try await eventually("only the late ones are left") { try await shop.count("timer") == 2 }
            await runner.stop()
            #expect(try await shop.effects().steps == ["sooner": [2], "still": [1]])
            #expect(try await shop.count("timer WHERE key = 'later' AND fire_at = \(late)") == 1)
            #expect(try await shop.count("timer WHERE key = 'never' AND type = 'of-another-kind'") == 1)
        }
    }

    @Test func `one that fails is parked and others go on; replayed it is due again, and fails or fires`() async throws {
        try await Workshop.run { shop in
            let cause = ParkingTests.Cause()
            let runner = shop.timers("one", [
                .timer(ItemDue.self) { timer, work in
                    guard cause.isMended || timer.item != "bad" else { throw ParkingTests.Broken() }
                    shop.fire(timer, by: "one", in: work)
                }
            ])
            let due = Timestamp.now - .seconds(60)
            try await shop.schedule([ItemDue(item: "bad", step: 1)], at: due)
            try await shop.schedule((0..<5).map { ItemDue(item: "item-\($0)", step: 1) }, at: .now - .seconds(1))
            try await shop.run([TimerTable.schedule(type: "unheard-of", key: "k", at: due, payload: Array("{}".utf8))])
            runner.start()
            // One of a type that this version does not know waits for the version that does.
            try await eventually("only the unheard-of is left") { try await shop.count("timer") == 1 }
            #expect(try await shop.effects().steps == allSteps(items: 5, steps: 1...1))
            let parked = try await shop.parked()
            #expect(parked.map(\.topic) == ["item-due"])
            let bad = try #require(parked.first { $0.topic == "item-due" })
            #expect(bad.error == "it is broken")
            #expect(bad.key == Array("bad".utf8))

            let operators = try shop.consumer("operator", [shop.moving("operator")])
            #expect(try await operators.replay(bad.id, reason: nil, and: []) == .replayed)
            runner.wake()
            try await eventually("it failed again") { try await shop.count("parked WHERE state = 'parked'") == 1 }
            cause.isMended = true
            let again = try #require(try await shop.parked().first)
            #expect(try await operators.replay(again.id, reason: nil, and: []) == .replayed)
            runner.wake()
            try await eventually("it fired") { try await shop.count("effect WHERE item = 'bad'") == 1 }
            #expect(try await operators.replay(bad.id, reason: nil, and: []) == .notFirst)
            await runner.stop()
            await operators.stop()
            #expect(try await shop.parked().isEmpty)
            #expect(try await shop.count("timer WHERE type = 'unheard-of'") == 1)
        }
    }

    @Test func `a timer that another instance has taken meanwhile is not parked as well`() async throws {
        try await Workshop.run { shop in
            let gone = DueTimer(id: .v7(), fireAt: .now, type: ItemDue.type, key: "gone", payload: [])
            try await shop.run([ParkedMessages.park(gone, error: "it is broken", at: .now)])
            #expect(try await shop.count("parked") == 0)
        }
    }
}

extension Workshop {
    func schedule(_ timers: [ItemDue], at moment: Timestamp) async throws {
        let work = Write(caller: .service("workshop"), now: .now, place: workPlace(database))
        for timer in timers { try work.schedule(timer, at: moment) }
        try await run(work.collected)
    }

    func timers(_ name: String, _ handlers: [TimerHandler], clockMayMove: Bool = false, statementTimeout: Duration = .seconds(10)) -> TimerRunner {
        let pool = pool(name, statementTimeout: statementTimeout)
        return TimerRunner(database: pool, place: workPlace(pool), clock: LawClock(database: pool, mayMove: clockMayMove), handlers: handlers)
    }

    func firing(_ name: String) -> TimerHandler {
        .timer(ItemDue.self) { timer, work in self.fire(timer, by: name, in: work) }
    }

    func fire(_ timer: ItemDue, by name: String, in work: Work) {
        Workshop.effect(ItemMoved(item: timer.item, step: timer.step), by: name, in: work)
    }
}
