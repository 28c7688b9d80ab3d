import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: Servers.areThere), .serialized) struct RelayTests {
    @Test func `rows are published once, in order per key, and then gone`() async throws {
        try await Workshop.run { shop in
            try await shop.emit(moves(items: 20, steps: 1...30))
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix, batchSize: 70)
            relay.start()
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            try await shop.emit(moves(items: 20, steps: 31...35))
            relay.wake()
            try await eventually("the outbox is empty again") { try await shop.count("outbox") == 0 }
            await relay.stop()
            #expect(relay.state == .stopped)
            let records = try await shop.published()
            #expect(records.count == 700)
            #expect(Set(records.ids).count == 700)
            #expect(try records.firstSteps() == allSteps(items: 20, steps: 1...35))
            let first = try #require(records.first)
            #expect(first.headers.contains(KafkaHeader("ce_source", "/workshop")))
            #expect(first.key == first.header("ce_subject"))
        }
    }

    @Test func `while the broker is away rows stay, and a relay that comes later publishes them`() async throws {
        try await Workshop.run { shop in
            try await shop.emit(moves(items: 5, steps: 1...4))
            let away = KafkaOptions(bootstrap: "127.0.0.1:1", clientID: "away", properties: [:])
            let first = Relay(database: shop.pool("first"), kafka: away, prefix: shop.place.prefix)
            first.start()
            try await eventually("it says that it waits") { first.state == .waitingForKafka }
            #expect(try await shop.count("outbox") == 20)
            await first.stop()
            #expect(try await shop.count("outbox") == 20)
            let second = Relay(database: shop.pool("second"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            second.start()
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            await second.stop()
            let records = try await shop.published()
            #expect(records.count == 20)
            #expect(try records.firstSteps() == allSteps(items: 5, steps: 1...4))
        }
    }

    @Test func `a producer that fails for good is replaced: nothing is lost, first copies keep their order`() async throws {
        try await Workshop.run { shop in
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix, batchSize: 50)
            relay.start()
            try await eventually("there is a producer") { relay.producer != nil }
            for round in 0..<3 {
                let before = relay.producer
                try await shop.emit(moves(items: 10, steps: (round * 20 + 1)...(round * 20 + 20)))
                before?.simulateFatalError()
                try await eventually("another producer took its place") { relay.producer != nil && relay.producer !== before }
            }
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            await relay.stop()
            #expect(try await shop.published().firstSteps() == allSteps(items: 10, steps: 1...60))
        }
    }

    @Test func `of two relays one stands by, and takes over when the other's session is killed or stops`() async throws {
        try await Workshop.run { shop in
            let first = Relay(database: shop.pool("first"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            let second = Relay(database: shop.pool("second"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            first.start()
            try await eventually("the first relays") { first.state == .relaying }
            second.start()
            try await eventually("the second stands by") { second.state == .standingBy }
            try await shop.emit(moves(items: 10, steps: 1...10))
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            #expect(try await shop.published().count == 100)
            #expect(second.state == .standingBy)

            // Killed until the other is quicker to take the lock.
            try await eventually("the second took over") {
                if try await shop.hasLock("first") { try await shop.terminate("first") }
                return try await shop.hasLock("second")
            }
            try await eventually("they have changed places") { first.state == .standingBy && second.state == .relaying }
            try await shop.emit(moves(items: 10, steps: 11...20))
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }

            await second.stop()
            try await eventually("the first relays again") { first.state == .relaying }
            try await shop.emit(moves(items: 10, steps: 21...30))
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            await first.stop()
            let records = try await shop.published()
            #expect(records.count == 300)
            #expect(try records.firstSteps() == allSteps(items: 10, steps: 1...30))
        }
    }

    @Test func `killed between sending and deleting it sends again under the same ids, and loses nothing`() async throws {
        try await Workshop.run { shop in
            // Deferred to the commit, which comes after the acknowledgement.
            try await shop.run([
                "CREATE CONSTRAINT TRIGGER killed AFTER DELETE ON outbox DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION die()"
            ])
            try await shop.emit(moves(items: 10, steps: 1...10))
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix, batchSize: 30)
            relay.start()
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            await relay.stop()
            let records = try await shop.published()
            // A transaction has all of them, in four portions.
            #expect(records.count == 100 + 3 * 100)
            #expect(Set(records.ids).count == 100)
            for copies in Dictionary(grouping: records, by: { $0.header("ce_id") }).values {
                #expect(Set(copies.map(\.value)).count == 1)
                #expect(Set(copies.map(\.key)).count == 1)
            }
            #expect(try records.firstSteps() == allSteps(items: 10, steps: 1...10))
        }
    }

    @Test func `a row that no broker would take stays and holds nobody up`() async throws {
        try await Workshop.run { shop in
            let large = ItemMoved(item: "item-" + String(repeating: "9", count: 3000), step: 1)
            try await shop.emit(moves(items: 3, steps: 1...1) + [large] + moves(items: 3, steps: 2...2))
            var narrow = shop.place.kafka
            narrow.properties["message.max.bytes"] = "2000"
            let first = Relay(database: shop.pool("first"), kafka: narrow, prefix: shop.place.prefix)
            first.start()
            try await eventually("all others have gone") { try await shop.count("outbox") == 1 }
            try await shop.emit(moves(items: 3, steps: 3...9))
            try await eventually("later ones too") { try await shop.count("outbox") == 1 }
            await first.stop()
            #expect(try await shop.published().count == 27)
            let second = Relay(database: shop.pool("second"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            second.start()
            try await eventually("it goes when it fits") { try await shop.count("outbox") == 0 }
            await second.stop()
            let records = try await shop.published()
            #expect(records.count == 28)
            #expect(try records.firstSteps() == allSteps(items: 3, steps: 1...9).merging([large.item: [1]]) { $1 })
        }
    }

    /// A vacuum that finds a long table nearly empty leaves the planner the belief that it still is when it has filled up again.
    @Test func `its batches are found once and by their index, also when the planner believes the outbox to be empty`() async throws {
        try await Workshop.run { shop in
            try await shop.run([
                "UPDATE pg_class SET relpages = 100000, reltuples = 1 WHERE oid IN ('outbox'::regclass, 'outbox_pkey'::regclass, 'timer'::regclass)",
                "CREATE TABLE setting (value text NOT NULL)",
                """
                CREATE FUNCTION note_setting() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO setting VALUES (current_setting('enable_seqscan') || ' ' || current_setting('statement_timeout')); RETURN NULL; END $$
                """,
                "CREATE TRIGGER note AFTER DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION note_setting()",
            ])
            for plan in try await [shop.plan(of: Outbox.take(1000, where: "true").statement), shop.plan(of: TimerTable.take(at: .now, types: ["a"]).statement)] {
                #expect(plan.contains { $0.contains("Tid Scan") } && !plan.contains { $0.contains("Nested Loop") || $0.contains("Seq Scan") }, "\(plan)")
            }
            let cancelling = try await shop.plan(of: TimerTable.cancel(type: "a", key: "b"))
            #expect(cancelling.contains { $0.contains("timer_once") } && !cancelling.contains { $0.contains("Nested Loop") }, "\(cancelling)")
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix)
            relay.start()
            try await shop.emit(moves(items: 2, steps: 1...2))
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            await relay.stop()
            #expect(try await shop.count("setting WHERE value <> 'off 30s'") == 0)
        }
    }
}
