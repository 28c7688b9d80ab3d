import CLibrdkafka
import EventLoop
import TestSupport
import Testing
@testable import Kafka

@Suite(.serialized) struct ProducerTests {
    @Test func `what is sent is read back with key, headers and the difference between none and empty`() async throws {
        try await withMock { mock in
            mock.createTopic("things", partitions: 1)
            let producer = try Producer(mock.options())
            try await producer.send([
                KafkaRecord("things", "one", key: "k", headers: [KafkaHeader("a", "1"), KafkaHeader("a", "2"), KafkaHeader("empty", [])]),
                KafkaRecord(topic: "things", key: [], value: []),
                KafkaRecord(topic: "things", key: nil, value: nil),
            ])
            let read = try await mock.records(of: "things")
            #expect(read.map(\.offset) == [0, 1, 2])
            #expect(read[0].key == Array("k".utf8))
            #expect(read[0].value == Array("one".utf8))
            #expect(read[0].headers == [KafkaHeader("a", "1"), KafkaHeader("a", "2"), KafkaHeader("empty", [])])
            #expect(read[0].header("a") == Array("1".utf8))
            #expect(read[0].timestamp.map { $0 > 1_600_000_000_000_000 } == true)
            #expect(read[1].key == [] && read[1].value == [])
            #expect(read[2].key == nil && read[2].value == nil)
            await producer.close()
        }
    }

    @Test func `records of a key stay in order, also across batches sent at once and a full queue`() async throws {
        try await withMock { mock in
            mock.createTopic("many", partitions: 4)
            let producer = try Producer(mock.options("small", ["queue.buffering.max.messages": "50"]))
            let sends = (0..<8).map { batch in
                Loop.start {
                    try await producer.send((0..<100).map { KafkaRecord("many", "\(batch * 100 + $0)", key: "key \($0 % 10)") })
                }
            }
            for send in sends { try await send.value }
            let read = try await mock.records(of: "many")
            #expect(read.count == 800)
            for (_, records) in Dictionary(grouping: read, by: \.key) {
                let numbers = records.compactMap { Int(String(decoding: $0.value ?? [], as: UTF8.self)) }
                #expect(numbers.count == 80)
                #expect(numbers == numbers.sorted())
                #expect(Set(records.map(\.partition)).count == 1)
            }
            await producer.close()
        }
    }

    @Test func `a record that cannot be sent fails by its position, the rest of the batch arrives`() async throws {
        try await withMock { mock in
            mock.createTopic("mixed", partitions: 1)
            let producer = try Producer(mock.options("limited", ["message.max.bytes": "1000"]))
            let error = await #expect(throws: KafkaError.self) {
                try await producer.send([
                    KafkaRecord("mixed", "first"), KafkaRecord("mixed", String(repeating: "x", count: 2000)), KafkaRecord("mixed", "third"),
                ])
            }
            #expect(error?.failedIndices == [1])
            #expect(error?.code == .messageTooLarge)
            #expect(error?.isRetriable == false)
            #expect(try await mock.records(of: "mixed").map { String(decoding: $0.value ?? [], as: UTF8.self) } == ["first", "third"])
            await producer.close()
        }
    }

    @Test func `a broker that refuses for a while is asked again, without loss, doubles or disorder`() async throws {
        try await withMock { mock in
            mock.createTopic("retried", partitions: 1)
            let producer = try Producer(mock.options("retrying", ["retry.backoff.ms": "20"]))
            mock.answer(Api.produce, with: [RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION])
            try await producer.send((0..<20).map { KafkaRecord("retried", "\($0)") })
            #expect(try await mock.records(of: "retried").map { String(decoding: $0.value ?? [], as: UTF8.self) } == (0..<20).map(String.init))
            await producer.close()
        }
    }

    @Test func `with the broker away a send waits, and goes through when it is back`() async throws {
        try await withMock { mock in
            mock.createTopic("away", partitions: 1)
            let producer = try Producer(mock.options("patient", ["reconnect.backoff.ms": "20", "reconnect.backoff.max.ms": "50"]))
            try await producer.send([KafkaRecord("away", "before")])
            mock.setDown(true)
            let sending = Loop.start { try await producer.send([KafkaRecord("away", "during")]) }
            try await Loop.sleep(for: .milliseconds(300))
            #expect(producer.unacknowledgedBatches == 1)
            mock.setDown(false)
            try await sending.value
            #expect(try await mock.records(of: "away").count == 2)
            await producer.close()
        }
    }

    @Test func `a cancelled send returns at once and says so`() async throws {
        try await Loop.run {
            let producer = try Producer(KafkaOptions(bootstrap: "127.0.0.1:1", clientID: "lonely"))
            let sending = Loop.start { try await producer.send([KafkaRecord("nowhere", "x")]) }
            try await Loop.sleep(for: .milliseconds(20))
            sending.cancel()
            let error = await #expect(throws: KafkaError.self) { try await sending.value }
            #expect(error?.isCancellation == true)
            await producer.close(within: .milliseconds(10))
            #expect(producer.unacknowledgedBatches == 0)
        }
    }

    @Test func `closing gives up what nobody takes, and refuses what comes after`() async throws {
        try await Loop.run {
            let producer = try Producer(KafkaOptions(bootstrap: "127.0.0.1:1", clientID: "lonely"))
            let sending = Loop.start { try await producer.send([KafkaRecord("nowhere", "x")]) }
            try await Loop.sleep(for: .milliseconds(20))
            await producer.close(within: .milliseconds(50))
            let error = await #expect(throws: KafkaError.self) { try await sending.value }
            #expect(error?.code == .purged)
            let late = await #expect(throws: KafkaError.self) { try await producer.send([KafkaRecord("nowhere", "y")]) }
            #expect(late?.code == .closed)
        }
    }

    @Test func `after a fatal error everybody who waits is told, and a new producer takes over`() async throws {
        try await withMock { mock in
            mock.createTopic("fatal", partitions: 1)
            let producer = try Producer(mock.options("doomed"))
            mock.setRoundTrip(500)
            let sends = (0..<3).map { number in Loop.start { try await producer.send([KafkaRecord("fatal", "\(number)")]) } }
            try await Loop.sleep(for: .milliseconds(20))
            producer.simulateFatalError()
            for send in sends {
                let error = await #expect(throws: KafkaError.self) { try await send.value }
                #expect(error?.isFatal == true && error?.isRetriable == true)
            }
            #expect(producer.isFatal)
            let later = await #expect(throws: KafkaError.self) { try await producer.send([KafkaRecord("fatal", "later")]) }
            #expect(later?.isFatal == true)
            await producer.close()
            mock.setRoundTrip(0)
            let next = try Producer(mock.options("heir"))
            try await next.send([KafkaRecord("fatal", "again")])
            await next.close()
        }
    }

    @Test func `what the broker refuses for good ends the producer, so that nothing overtakes it`() async throws {
        try await withMock { mock in
            mock.createTopic("desynchronized", partitions: 1)
            let producer = try Producer(mock.options("doomed", ["retry.backoff.ms": "20"]))
            try await producer.send([KafkaRecord("desynchronized", "first")])
            mock.answer(Api.produce, with: [RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED])
            let error = await #expect(throws: KafkaError.self) { try await producer.send([KafkaRecord("desynchronized", "x")]) }
            #expect(error?.isFatal == true)
            #expect(producer.isFatal)
            await producer.close(within: .milliseconds(50))
        }
    }
}
