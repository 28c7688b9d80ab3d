import CLibrdkafka
import EventLoop

extension Consumer {
    /// The group's committed offsets, asked of the broker until it answers.
    ///
    /// - Returns: without those partitions that nothing was ever committed for; nil when the consumer stops meanwhile.
    func committedOffsets(of partitions: [TopicPartition]) async -> [TopicPartition: Int64]? {
        while state == .running, client.fatalError == nil {
            if let answer = await askCommittedOffsets(of: partitions) { return answer }
            try? await Loop.sleep(for: .milliseconds(200))
        }
        return nil
    }

    private func askCommittedOffsets(of partitions: [TopicPartition]) async -> [TopicPartition: Int64]? {
        guard let answers else { return nil }
        lastQuestion += 1
        let id = lastQuestion
        let found = Promise<[TopicPartition: Int64]?>()
        asked[id] = found
        let list = PartitionList(partitions)
        let options = rd_kafka_AdminOptions_new(client.handle, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS)
        rd_kafka_AdminOptions_set_opaque(options, UnsafeMutableRawPointer(bitPattern: id))
        _ = withTextBuffer { rd_kafka_AdminOptions_set_request_timeout(options, 10_000, $0, $1) != RD_KAFKA_RESP_ERR_NO_ERROR }
        var request = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, options, answers.pointer)
        rd_kafka_ListConsumerGroupOffsets_destroy(request)
        rd_kafka_AdminOptions_destroy(options)
        return try? await found.value()
    }

    static func committed(in event: borrowing Event) -> [TopicPartition: Int64]? {
        guard event.code == RD_KAFKA_RESP_ERR_NO_ERROR,
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event.pointer)
        else { return nil }
        var count = 0
        guard let groups = rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count), count == 1, let group = groups[0],
            rd_kafka_group_result_error(group) == nil
        else { return nil }
        var offsets: [TopicPartition: Int64] = [:]
        for entry in PartitionEntry.all(in: rd_kafka_group_result_partitions(group)) {
            guard entry.code == RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
            if entry.offset >= 0 { offsets[entry.id] = entry.offset }
        }
        return offsets
    }
}
