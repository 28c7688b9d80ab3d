import CLibrdkafka

/// The library's list of partitions with offsets, owned.
struct PartitionList: ~Copyable {
    let pointer: UnsafeMutablePointer<rd_kafka_topic_partition_list_t>

    init(_ offsets: some Collection<(TopicPartition, Int64)>) {
        pointer = rd_kafka_topic_partition_list_new(Int32(offsets.count))
        for (id, offset) in offsets {
            rd_kafka_topic_partition_list_add(pointer, id.topic, id.partition)?.pointee.offset = offset
        }
    }

    init(_ partitions: some Collection<TopicPartition>) {
        self.init(partitions.map { ($0, Int64(RD_KAFKA_OFFSET_INVALID)) })
    }

    deinit { rd_kafka_topic_partition_list_destroy(pointer) }
}

/// One entry of the library's list, copied out.
struct PartitionEntry {
    let id: TopicPartition
    let offset: Int64
    let code: rd_kafka_resp_err_t

    static func all(in list: UnsafePointer<rd_kafka_topic_partition_list_t>?) -> [PartitionEntry] {
        guard let list, let elements = list.pointee.elems else { return [] }
        return UnsafeBufferPointer(start: elements, count: Int(list.pointee.cnt)).map {
            PartitionEntry(id: TopicPartition($0.topic.map { String(cString: $0) } ?? "", $0.partition), offset: $0.offset, code: $0.err)
        }
    }
}
