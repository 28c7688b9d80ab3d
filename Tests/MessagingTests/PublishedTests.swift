import Contracts
import EventLoop
import FoundationEssentials
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

/// What a database knows of where its messages stand, and of what it has heard.
@Suite(.enabled(if: Servers.areThere), .serialized) struct PublishedTests {
    @Test func `up to where its messages stand commits with their leaving the outbox`() async throws {
        try await Workshop.run { shop in
            try await shop.emit(moves(items: 20, steps: 1...10))
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix, batchSize: 30)
            relay.start()
            try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
            let first = try await shop.database.fetch(Published.all)
            try await shop.emit(moves(items: 20, steps: 11...12))
            relay.wake()
            try await eventually("the outbox is empty again") { try await shop.count("outbox") == 0 }
            await relay.stop()
            let records = try await shop.published()
            let ends = Dictionary(grouping: records, by: \.partition).mapValues { $0.map(\.offset).max() ?? -1 }
            let marks = try await shop.database.fetch(Published.all)
            #expect(Dictionary(uniqueKeysWithValues: marks.map { ($0.partition, $0.last) }) == ends)
            #expect(marks.allSatisfy { $0.first == 0 && $0.topic == shop.topic && $0.timeline == 1 })
            #expect(first.map(\.last).reduce(0, +) < marks.map(\.last).reduce(0, +))
        }
    }

    @Test func `of some messages those are unknown that neither took effect nor were parked`() async throws {
        try await Workshop.run { shop in
            let consumer = try shop.consumer("one", [
                .event(ItemMoved.self) { event, work in
                    guard event.item != "bad" else { throw ParkingTests.Broken() }
                    Workshop.effect(event, by: "one", in: work)
                }
            ])
            consumer.start()
            try await shop.publish([ItemMoved(item: "bad", step: 1), ItemMoved(item: "good", step: 1)])
            try await eventually("one took effect, one is parked") { try await shop.count("parked") + shop.count("effect") == 2 }
            let heard = try await shop.published().ids.compactMap(UUID.init(uuidString:))
            let strangers = [UUID.v7(), UUID.v7()]
            #expect(Set(try await shop.database.fetch(consumer.unknown(heard + strangers))) == Set(strangers))
            #expect(consumer.handled.map(\.type) == [ItemMoved.type])
            await consumer.stop()
        }
    }

    @Test func `who holds the relay's lock is told`() async throws {
        try await Workshop.run { shop in
            #expect(try await shop.database.fetch(Relay.holder) == nil)
            let session = try await shop.database.session()
            #expect(try await session.tryAdvisoryLock(Relay.lockKey))
            let process = try await session.fetch(Query<Int32>("SELECT pg_backend_pid()") { try $0.first?.column(0) ?? 0 })
            #expect(try await shop.database.fetch(Relay.holder)?.process == process)
            await session.close()
        }
    }
}
