import CLibrdkafka
import EventLoop

/// A consumer group and who is in it.
public struct GroupDescription: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public let id: String
        public let clientID: String
        /// Its name over restarts, when it has one.
        public let instanceID: String?
        public let host: String
        public let partitions: [TopicPartition]
    }

    public let name: String
    /// In Kafka's words: `Stable`, `Empty`, `PreparingRebalance` …
    public let state: String
    public let members: [Member]
}

/// How far a group is behind in one partition.
public struct PartitionLag: Sendable, Hashable {
    public let partition: TopicPartition
    /// nil: the group has committed nothing there.
    public let committed: Int64?
    public let watermarks: Watermarks

    public init(partition: TopicPartition, committed: Int64?, watermarks: Watermarks) {
        self.partition = partition
        self.committed = committed
        self.watermarks = watermarks
    }

    /// Records that the group has still to read; all that the partition holds when it has committed nothing.
    public var lag: Int64 { max(0, watermarks.high - max(committed ?? watermarks.low, watermarks.low)) }
    /// The committed offset lies outside what the partition holds: its consumer stops there.
    public var isOutOfRange: Bool { committed.map { $0 < watermarks.low || $0 > watermarks.high } ?? false }
}

extension Admin {
    /// The names of all consumer groups, sorted.
    public func listGroups() async throws(KafkaError) -> [String] {
        try await ask("listing groups", RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS) {
            rd_kafka_ListConsumerGroups(client.handle, $0, $1)
        } _: { event throws(KafkaError) in
            let result = rd_kafka_event_ListConsumerGroups_result(event.pointer)
            var count = 0
            if let errors = rd_kafka_ListConsumerGroups_result_errors(result, &count), count > 0, let error = errors[0] {
                throw KafkaError(rd_kafka_error_code(error), "listing groups")
            }
            let groups = rd_kafka_ListConsumerGroups_result_valid(result, &count)
            return UnsafeBufferPointer(start: groups, count: groups == nil ? 0 : count)
                .map { String(cString: rd_kafka_ConsumerGroupListing_group_id($0)) }.sorted()
        }
    }

    /// A group's state and members; one that does not exist is `Dead`, without members.
    public func describeGroup(_ name: String) async throws(KafkaError) -> GroupDescription {
        try await ask("describing the group \(name)", RD_KAFKA_ADMIN_OP_DESCRIBECONSUMERGROUPS) { options, queue in
            name.withCString { text in
                var names: UnsafePointer<CChar>? = text
                rd_kafka_DescribeConsumerGroups(client.handle, &names, 1, options, queue)
            }
        } _: { event throws(KafkaError) in
            let result = rd_kafka_event_DescribeConsumerGroups_result(event.pointer)
            var count = 0
            guard let groups = rd_kafka_DescribeConsumerGroups_result_groups(result, &count), count == 1, let group = groups[0] else {
                throw KafkaError(code: .unknownTopic, reason: "no answer about the group \(name)")
            }
            if let error = rd_kafka_ConsumerGroupDescription_error(group), rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR_NO_ERROR {
                throw KafkaError(rd_kafka_error_code(error), "describing the group \(name)")
            }
            return GroupDescription(
                name: name, state: String(cString: rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupDescription_state(group))),
                members: (0..<rd_kafka_ConsumerGroupDescription_member_count(group)).map {
                    member(rd_kafka_ConsumerGroupDescription_member(group, $0))
                })
        }
    }

    /// What a group has committed; partitions without a commit are left out.
    public func committedOffsets(_ group: String, _ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: Int64] {
        guard !partitions.isEmpty else { return [:] }
        return try await askingCoordinator(of: group) { () throws(KafkaError) in try await offsets(of: group, partitions) }
    }

    private func offsets(of group: String, _ partitions: [TopicPartition]) async throws(KafkaError) -> [TopicPartition: Int64] {
        let list = PartitionList(partitions)
        var request = rd_kafka_ListConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_ListConsumerGroupOffsets_destroy(request) }
        return try await ask("asking for offsets of the group \(group)", RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS, within: patience) {
            rd_kafka_ListConsumerGroupOffsets(client.handle, &request, 1, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_ListConsumerGroupOffsets_result(event.pointer)
            let entries = try groupEntries(rd_kafka_ListConsumerGroupOffsets_result_groups(result, &count), count, group)
            return Dictionary(entries.filter { $0.offset >= 0 }.map { ($0.id, $0.offset) }) { first, _ in first }
        }
    }

    /// How far a group is behind in every partition of these topics; topics that do not exist are left out.
    public func groupLag(_ group: String, topics: [String]) async throws(KafkaError) -> [PartitionLag] {
        let partitions = try await describeTopics(topics).flatMap { topic in
            topic.partitions.map { TopicPartition(topic.name, $0.number) }
        }
        let committed = try await committedOffsets(group, partitions)
        let marks = try await watermarks(partitions)
        return partitions.compactMap { id in
            marks[id].map { PartitionLag(partition: id, committed: committed[id], watermarks: $0) }
        }.sorted { $0.partition < $1.partition }
    }

    /// Sets where a group goes on; refused by the brokers while it has members.
    public func setCommittedOffsets(_ group: String, _ offsets: [TopicPartition: Int64]) async throws(KafkaError) {
        guard !offsets.isEmpty else { return }
        try await askingCoordinator(of: group) { () throws(KafkaError) in try await setOffsets(group, offsets) }
    }

    /// A coordinator that stopped being one while it was asked may never answer: it is asked again.
    private var patience: Duration { min(timeout, .seconds(3)) }

    /// Asks until the group has a coordinator that has read its log: just after the brokers' start, or when it moves, there is none.
    private func askingCoordinator<T>(of group: String, _ body: @Loop () async throws(KafkaError) -> T) async throws(KafkaError) -> T {
        let passing: Set<KafkaError.Code> = [.coordinatorLoading, .coordinatorNotAvailable, .notCoordinator, .timedOut]
        let deadline = ContinuousClock.now + timeout
        while true {
            do {
                return try await body()
            } catch {
                guard passing.contains(error.code), ContinuousClock.now < deadline else { throw error }
            }
            do { try await Loop.sleep(for: .milliseconds(200)) } catch { throw .cancelled("the group \(group)") }
        }
    }

    private func setOffsets(_ group: String, _ offsets: [TopicPartition: Int64]) async throws(KafkaError) {
        let list = PartitionList(offsets.map { ($0.key, $0.value) })
        var request = rd_kafka_AlterConsumerGroupOffsets_new(group, list.pointer)
        defer { rd_kafka_AlterConsumerGroupOffsets_destroy(request) }
        _ = try await ask("setting offsets of the group \(group)", RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, within: patience) {
            rd_kafka_AlterConsumerGroupOffsets(client.handle, &request, 1, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_AlterConsumerGroupOffsets_result(event.pointer)
            return try groupEntries(rd_kafka_AlterConsumerGroupOffsets_result_groups(result, &count), count, group).count
        }
    }
}

private func groupEntries(_ groups: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ name: String) throws(KafkaError) -> [PartitionEntry] {
    guard let groups, count == 1, let group = groups[0] else {
        throw KafkaError(code: .timedOut, reason: "no answer about the group \(name)")
    }
    if let error = rd_kafka_group_result_error(group) { throw KafkaError(rd_kafka_error_code(error), "the group \(name)") }
    let entries = PartitionEntry.all(in: rd_kafka_group_result_partitions(group))
    for entry in entries where entry.code != RD_KAFKA_RESP_ERR_NO_ERROR {
        throw KafkaError(entry.code, "the group \(name), \(entry.id)")
    }
    return entries
}

private func member(_ member: OpaquePointer?) -> GroupDescription.Member {
    func text(_ c: UnsafePointer<CChar>?) -> String { c.map { String(cString: $0) } ?? "" }
    let assignment = rd_kafka_MemberDescription_assignment(member)
    return GroupDescription.Member(
        id: text(rd_kafka_MemberDescription_consumer_id(member)), clientID: text(rd_kafka_MemberDescription_client_id(member)),
        instanceID: rd_kafka_MemberDescription_group_instance_id(member).map { String(cString: $0) },
        host: text(rd_kafka_MemberDescription_host(member)),
        partitions: PartitionEntry.all(in: assignment.flatMap { rd_kafka_MemberAssignment_partitions($0) }).map(\.id).sorted())
}
