import CLibrdkafka
import EventLoop
import Glibc

/// A topic as the brokers describe it.
public struct TopicDescription: Sendable, Hashable {
    public struct Partition: Sendable, Hashable {
        public let number: Int32
        /// The broker that serves it; nil when there is none at present.
        public let leader: Int32?
        public let replicas: [Int32]
        public let inSync: [Int32]
    }

    public let name: String
    /// Sorted by number.
    public let partitions: [Partition]
}

/// The first offset that a partition still holds, and the one after its last record.
public struct Watermarks: Sendable, Hashable {
    public let low: Int64
    public let high: Int64

    public init(low: Int64, high: Int64) {
        self.low = low
        self.high = high
    }
}

extension Admin {
    /// All topics, or those named; sorted by name. A named one that does not exist is left out. Kafka's internal ones are left out too.
    public func describeTopics(_ names: [String]? = nil) async throws(KafkaError) -> [TopicDescription] {
        let all = try await call("describing topics") { handle, milliseconds in
            try describeAll(topic: nil, handle, milliseconds)
        }
        guard let names else { return all.filter { !$0.name.hasPrefix("__") } }
        return all.filter { names.contains($0.name) }
    }

    /// First and next offset of each partition; those that the brokers do not know are left out.
    public func watermarks(_ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: Watermarks] {
        try await call("asking for watermarks") { handle, milliseconds in
            var found: [TopicPartition: Watermarks] = [:]
            for id in partitions {
                if let marks = try queryWatermarks(of: id, handle, milliseconds) { found[id] = marks }
            }
            return found
        }
    }
}

extension Admin {
    /// The first offset of each partition whose record was written at a moment or later; the next offset where there is none.
    ///
    /// - Parameter microseconds: since 1970 UTC; Kafka keeps milliseconds.
    public func offsets(at microseconds: Int64, _ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        let marks = try await watermarks(partitions)
        let known = partitions.filter { marks[$0] != nil }
        let found = try await call("asking for offsets at a moment") { handle, milliseconds in
            let list = PartitionList(known.map { ($0, max(0, microseconds / 1000)) })
            let code = rd_kafka_offsets_for_times(handle, list.pointer, milliseconds)
            guard code == RD_KAFKA_RESP_ERR_NO_ERROR else { throw KafkaError(code, "asking for offsets at a moment") }
            return PartitionEntry.all(in: list.pointer).map { ($0.id, $0.offset) }
        }
        return Dictionary(found.map { id, offset in (id, offset >= 0 ? offset : marks[id]?.high ?? 0) }) { first, _ in first }
    }
}

/// Blocks: off the loop only. What passes, such as the election of a new topic's leader, is waited for.
func queryWatermarks(of id: TopicPartition, _ handle: OpaquePointer, _ milliseconds: Int32) throws(KafkaError) -> Watermarks? {
    let deadline = ContinuousClock.now + .milliseconds(Int(milliseconds))
    while true {
        var (low, high) = (Int64(0), Int64(0))
        let code = rd_kafka_query_watermark_offsets(handle, id.topic, id.partition, &low, &high, milliseconds)
        switch code {
        case RD_KAFKA_RESP_ERR_NO_ERROR: return Watermarks(low: low, high: high)
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART: return nil
        default:
            let error = KafkaError(code, "the watermarks of \(id)")
            guard error.isRetriable, ContinuousClock.now < deadline else { throw error }
            usleep(20_000)
        }
    }
}

/// Blocks: off the loop only. nil: there is no such topic.
func describe(_ topic: String, _ handle: OpaquePointer, _ milliseconds: Int32) throws(KafkaError) -> TopicDescription? {
    guard let reference = rd_kafka_topic_new(handle, topic, nil) else { throw KafkaError(rd_kafka_last_error(), topic) }
    defer { rd_kafka_topic_destroy(reference) }
    return try describeAll(topic: reference, handle, milliseconds).first { $0.name == topic }
}

private func describeAll(topic: OpaquePointer?, _ handle: OpaquePointer, _ milliseconds: Int32) throws(KafkaError) -> [TopicDescription] {
    var metadata: UnsafePointer<rd_kafka_metadata>?
    let code = rd_kafka_metadata(handle, topic == nil ? 1 : 0, topic, &metadata, milliseconds)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR, let metadata else { throw KafkaError(code, "describing topics") }
    defer { rd_kafka_metadata_destroy(metadata) }
    return descriptions(metadata.pointee)
}

private func descriptions(_ metadata: rd_kafka_metadata) -> [TopicDescription] {
    UnsafeBufferPointer(start: metadata.topics, count: Int(metadata.topic_cnt)).compactMap { topic in
        guard topic.err == RD_KAFKA_RESP_ERR_NO_ERROR, let name = topic.topic else { return nil }
        let partitions = UnsafeBufferPointer(start: topic.partitions, count: Int(topic.partition_cnt)).map {
            TopicDescription.Partition(
                number: $0.id, leader: $0.leader >= 0 ? $0.leader : nil,
                replicas: Array(UnsafeBufferPointer(start: $0.replicas, count: Int($0.replica_cnt))),
                inSync: Array(UnsafeBufferPointer(start: $0.isrs, count: Int($0.isr_cnt))))
        }
        return TopicDescription(name: String(cString: name), partitions: partitions.sorted { $0.number < $1.number })
    }.sorted { $0.name < $1.name }
}
