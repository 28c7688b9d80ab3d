import Contracts
import EventLoop
import FoundationEssentials
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: Servers.areThere), .serialized) struct ParkingTests {
    /// Refuses the second step of item `bad` until it is mended.
    @Loop final class Cause {
        var isMended = false

        var handler: MessageHandler {
            .event(ItemMoved.self) { [self] event, work in
                guard isMended || event.item != "bad" || event.step != 2 else { throw Broken() }
                Workshop.effect(event, by: "one", in: work)
            }
        }
    }

    struct Broken: Error, CustomStringConvertible { var description: String { "it is broken" } }

    @Test func `what waits behind a parked key goes on waiting after a restart, and is replayed in order`() async throws {
        try await Workshop.run { shop in
            let cause = Cause()
            let first = try shop.consumer("one", [cause.handler])
            first.start()
            try await shop.publish((1...3).map { ItemMoved(item: "bad", step: $0) })
            try await eventually("two are parked") { try await shop.count("parked") == 2 }
            await first.stop()

            let second = try shop.consumer("one", [cause.handler])
            second.start()
            try await shop.publish([ItemMoved(item: "bad", step: 4), ItemMoved(item: "good", step: 1)])
            try await eventually("the next is parked too") { try await shop.count("parked") == 3 }
            try await eventually("other keys go on") { try await shop.count("effect WHERE item = 'good'") == 1 }
            let parked = try await shop.parked()
            #expect(parked.map(\.error) == ["it is broken", ParkedMessages.behind, ParkedMessages.behind])
            #expect(parked.map { $0.key } == Array(repeating: Array("bad".utf8), count: 3))

            #expect(try await second.replay(parked[1].id, reason: nil, and: []) == .notFirst)
            await #expect(throws: Broken.self) { try await second.replay(parked[0].id, reason: nil, and: []) }
            #expect(try await shop.parked().count == 3)
            cause.isMended = true
            for row in parked { #expect(try await second.replay(row.id, reason: nil, and: []) == .replayed) }
            #expect(try await second.replay(parked[0].id, reason: nil, and: []) == .notFirst)
            try await shop.publish([ItemMoved(item: "bad", step: 5)])
            try await eventually("its key goes on") { try await shop.count("effect WHERE item = 'bad'") == 5 }
            await second.stop()
            #expect(try await shop.effects().steps == ["bad": [1, 2, 3, 4, 5], "good": [1]])
        }
    }

    @Test(.enabled(if: Servers.isRealKafka))
    func `delivered again, what took effect is no news, and what is parked keeps its error`() async throws {
        try await Workshop.run { shop in
            let cause = Cause()
            let first = try shop.consumer("one", [cause.handler])
            first.start()
            try await shop.publish((1...3).map { ItemMoved(item: "bad", step: $0) })
            try await eventually("two are parked") { try await shop.count("parked") == 2 }
            await first.stop()
            try await shop.rewind()

            let second = try shop.consumer("one", [cause.handler])
            second.start()
            try await shop.publish([ItemMoved(item: "bad", step: 4)])
            try await eventually("it has come to the end") { try await shop.count("parked WHERE error = \(ParkedMessages.behind)") == 2 }
            await second.stop()
            let parked = try await shop.parked()
            #expect(parked.map(\.error) == ["it is broken", ParkedMessages.behind, ParkedMessages.behind])
            #expect(try await shop.effects().map(\.step) == [1])
        }
    }

    @Test(.enabled(if: Servers.isRealKafka))
    func `what an operator has discarded stays so when it is delivered again`() async throws {
        try await Workshop.run { shop in
            let cause = Cause()
            let first = try shop.consumer("one", [cause.handler])
            first.start()
            try await shop.publish([1, 2].map { ItemMoved(item: "bad", step: $0) })
            try await eventually("one is parked") { try await shop.count("parked") == 1 }
            await first.stop()
            let parked = try #require(try await shop.parked().first)
            try await shop.run([ParkedMessages.discard(parked.id, reason: "a test sent it")])
            cause.isMended = true
            try await shop.rewind()

            let second = try shop.consumer("one", [cause.handler])
            second.start()
            try await shop.publish([ItemMoved(item: "bad", step: 3)])
            try await eventually("its key goes on") { try await shop.count("effect WHERE step = 3") == 1 }
            await second.stop()
            #expect(try await shop.effects().map(\.step) == [1, 3])
            #expect(try await shop.parked().isEmpty)
        }
    }

    @Test func `what the database could not keep as text is parked as well, and its partition goes on`() async throws {
        try await Workshop.run { shop in
            var unknown = try shop.record(ItemMoved(item: "good", step: 1))
            unknown.headers = unknown.headers.map { $0.name == "ce_type" ? KafkaHeader("ce_type", "kz.\u{0}.v1") : $0 }
            unknown.headers += [KafkaHeader("x-binary", [0, 0, 0, 7]), KafkaHeader("x-latin", [0xe9])]
            unknown.key = nil
            unknown.partition = 0
            var noEvent = KafkaRecord(topic: shop.topic, partition: 0, key: [0, 0xff], value: [0, 0xfe])
            noEvent.headers = [KafkaHeader("ce_id", [0])]
            var good = try shop.record(ItemMoved(item: "good", step: 2))
            good.partition = 0
            try await shop.publish([unknown, noEvent, good])
            let consumer = try shop.consumer("one", [shop.moving("one")])
            consumer.start()
            try await eventually("the good one took effect") { try await shop.count("effect") == 1 }
            try await eventually("the others are parked") { try await shop.parked().count == 2 }
            await consumer.stop()
            let parked = try await shop.parked()
            #expect(parked.last?.key == [0, 0xff])
            #expect(parked.last?.payload == [0, 0xfe])
            // For the operator's list and detail: pairs of texts.
            for row in parked { #expect(throws: Never.self) { try JSON.decode([[String]].self, from: row.headers) } }
        }
    }
}

extension Workshop {
    /// Lets the group begin anew, as after a crash before any commit.
    func rewind() async throws {
        let admin = try Admin(place.kafka)
        let offsets = Dictionary(uniqueKeysWithValues: (0..<4).map { (TopicPartition(topic, Int32($0)), Int64(0)) })
        try await eventually("the group is empty and its offsets can be set") {
            do { try await admin.setCommittedOffsets("\(self.place.prefix).workshop", offsets) } catch { return false }
            return true
        }
        await admin.close()
    }
}
