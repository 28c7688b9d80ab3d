import Contracts
import EventLoop
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite("A topic gets more partitions", .enabled(if: Servers.areThere && Servers.isRealKafka), .serialized) struct PartitionGrowthTests {
    @Test func `while messages flow: new partitions are picked up, nothing is lost, nothing takes effect twice`() async throws {
        try await Workshop.run { shop in
            let relay = Relay(database: shop.pool("relay"), kafka: shop.place.kafka, prefix: shop.place.prefix, batchSize: 100)
            let consumer = try shop.consumer("one", [shop.moving("one")])
            relay.start()
            consumer.start()
            try await shop.emit(moves(items: 40, steps: 1...10))
            relay.wake()
            try await eventually("the first took effect") { try await shop.count("effect") > 0 }
            try await shop.grow(to: 9)
            // Until the relay's producer has seen them.
            var step = 10
            try await eventually("new partitions are written to") {
                step += 1
                try await shop.emit(moves(items: 40, steps: step...step))
                relay.wake()
                return try await shop.published().contains { $0.partition >= 4 }
            }
            try await eventually("all took effect") { try await shop.count("effect") == 40 * step }
            await consumer.stop()
            await relay.stop()
            #expect(try await shop.effects().steps.mapValues { $0.sorted() } == allSteps(items: 40, steps: 1...step))
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `with the publisher stopped and the readers through, the order of every key holds`() async throws {
        try await Workshop.run { shop in
            let consumer = try shop.consumer("one", [shop.moving("one")])
            consumer.start()
            for (number, steps) in [1...10, 11...20].enumerated() {
                let relay = Relay(database: shop.pool("relay-\(number)"), kafka: shop.place.kafka, prefix: shop.place.prefix)
                try await shop.emit(moves(items: 40, steps: steps))
                relay.start()
                try await eventually("the outbox is empty") { try await shop.count("outbox") == 0 }
                await relay.stop()
                try await eventually("the readers are through") { try await shop.count("effect") == 40 * steps.upperBound }
                if number == 0 { try await shop.grow(to: 9) }
            }
            await consumer.stop()
            #expect(try await shop.effects().steps == allSteps(items: 40, steps: 1...20))
            let used = Set(try await shop.published().map(\.partition))
            #expect(used.contains { $0 >= 4 })
        }
    }
}

extension Workshop {
    fileprivate func grow(to partitions: Int) async throws {
        let admin = try Admin(place.kafka)
        try await admin.addPartitions(to: topic, total: partitions)
        await admin.close()
    }
}
