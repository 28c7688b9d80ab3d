import CLibrdkafka
import EventLoop
import TestSupport
import Testing
@testable import Kafka

extension MockCluster {
    /// For groups with more than one member: the mock lets a newcomer wait for the session's end.
    nonisolated func quick(_ clientID: String) -> KafkaOptions {
        options(clientID, ["session.timeout.ms": "6000", "heartbeat.interval.ms": "500"])
    }

    func records(of topic: String) async throws -> [ConsumedRecord] {
        let reader = try TopicReader(options("reader"))
        let result: Result<[ConsumedRecord], any Error>
        do { result = .success(try await reader.records(of: topic)) } catch { result = .failure(error) }
        await reader.close()
        return try result.get()
    }

    func send(_ topic: String, _ values: [(text: String, partition: Int32)]) async throws {
        let producer = try Producer(options("sender"))
        try await producer.send(values.map { KafkaRecord(topic, $0.text, partition: $0.partition) })
        await producer.close()
    }

    func committed(_ group: String, _ partitions: [TopicPartition]) async throws -> [TopicPartition: Int64] {
        let admin = try Admin(options("admin"))
        let found = try await admin.committedOffsets(group, partitions)
        await admin.close()
        return found
    }

    /// Commits as a member without subscription does; the mock has no admin call for it.
    func commit(_ group: String, _ offsets: [TopicPartition: Int64]) async throws {
        let client = try Client(RD_KAFKA_CONSUMER, options("committer"), settings: ["group.id": group], events: 0)
        let code = try await client.offload { handle in
            let list = PartitionList(offsets.map { ($0.key, $0.value) })
            return rd_kafka_commit(handle, list.pointer, 0)
        }
        #expect(code == RD_KAFKA_RESP_ERR_NO_ERROR)
        await client.destroy()
    }
}

/// Collects what handlers were given.
@Loop final class Collected {
    var records: [ConsumedRecord] = []
    private var waiting: [(count: Int, promise: Promise<Void>)] = []

    func add(_ more: [ConsumedRecord]) {
        records += more
        for entry in waiting where records.count >= entry.count { entry.promise.succeed(()) }
    }

    /// Waits until so many have come.
    func reach(_ count: Int, within limit: Duration = .seconds(30)) async throws {
        guard records.count < count else { return }
        let promise = Promise<Void>()
        waiting.append((count, promise))
        try await withTimeout(limit) { try await promise.value() }
    }

    var texts: [String] { records.map { String(decoding: $0.value ?? [], as: UTF8.self) } }
}

@Loop final class Alarms {
    var texts: [String] = []
    func add(_ alarm: ConsumerAlarm) { texts.append("\(alarm)") }
}

/// How many handlers of a partition were at work at the same time, at most.
@Loop final class Counts {
    private var now: [Int32: Int] = [:]
    var most = 0

    func enter(_ partition: Int32) {
        now[partition, default: 0] += 1
        most = max(most, now[partition] ?? 0)
    }

    func leave(_ partition: Int32) { now[partition, default: 0] -= 1 }
}

/// Looks again and again until `condition` holds.
@Loop func eventually(_ what: String, within limit: Duration = .seconds(30), _ condition: @escaping @Loop @Sendable () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverHappened(what: what) }
        try await Loop.sleep(for: .milliseconds(20))
    }
}

struct NeverHappened: Error { let what: String }

extension KafkaRecord {
    init(_ topic: String, _ text: String, key: String? = nil, partition: Int32? = nil, headers: [KafkaHeader] = []) {
        self.init(topic: topic, partition: partition, key: key.map { Array($0.utf8) }, value: Array(text.utf8), headers: headers)
    }
}

extension ConsumedRecord {
    var text: String { String(decoding: value ?? [], as: UTF8.self) }
}

extension [Int64] {
    /// Each value where it came first.
    var firstCopies: [Int64] {
        var seen: Set<Int64> = []
        return filter { seen.insert($0).inserted }
    }
}
