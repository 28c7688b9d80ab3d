import CLibrdkafka
import EventLoop

/// A topic to be made.
public struct TopicSpec: Sendable, Hashable {
    public var name: String
    /// 1 to 100,000.
    public var partitions: Int
    /// How many brokers keep each record; -1: the cluster's default.
    public var replication: Int
    /// The topic's settings by Kafka's names: `retention.ms`, `min.insync.replicas` …
    public var config: [String: String]

    public init(name: String, partitions: Int, replication: Int = -1, config: [String: String] = [:]) {
        self.name = name
        self.partitions = partitions
        self.replication = replication
        self.config = config
    }
}

/// What became of one topic of a request.
public struct TopicOutcome: Sendable {
    public enum Kind: Sendable, Hashable { case made, existed }
    public let name: String
    public let kind: Kind
}

extension Admin {
    /// Makes those topics that do not exist; one that does is left as it is and reported as such.
    ///
    /// Returns when the brokers serve the new ones, or after ten seconds.
    /// - Throws: ``KafkaError`` naming the first topic that was refused; the others may have been made.
    @discardableResult
    public func createTopics(_ topics: [TopicSpec]) async throws(KafkaError) -> [TopicOutcome] {
        guard !topics.isEmpty else { return [] }
        var made: [OpaquePointer?] = []
        defer { for topic in made { rd_kafka_NewTopic_destroy(topic) } }
        for topic in topics {
            var new: OpaquePointer?
            let refusal = withTextBuffer {
                new = rd_kafka_NewTopic_new(topic.name, Int32(clamping: topic.partitions), Int32(clamping: topic.replication), $0, $1)
                return new == nil
            }
            if let refusal { throw KafkaError(code: .invalidArgument, reason: "the topic \(topic.name): \(refusal)") }
            made.append(new)
            for (name, value) in topic.config.sorted(by: { $0.key < $1.key }) { rd_kafka_NewTopic_set_config(new, name, value) }
        }
        let results = try await ask("making topics", RD_KAFKA_ADMIN_OP_CREATETOPICS) {
            rd_kafka_CreateTopics(client.handle, &made, made.count, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.pointer), &count)
            return try outcomes(results, count, fine: RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
        }
        let new = Set(results.filter { $0.kind == .made }.map(\.name))
        try await awaitLeaders(of: Dictionary(topics.filter { new.contains($0.name) }.map { ($0.name, $0.partitions) }) { first, _ in first })
        return results
    }

    /// The controller answers before the brokers know: whoever used the topic at once would be told that there is none, or find the partitions of before.
    ///
    /// - Parameter totals: by name, how many partitions there are to be.
    private func awaitLeaders(of totals: [String: Int]) async throws(KafkaError) {
        let deadline = ContinuousClock.now + min(timeout, .seconds(10))
        while !totals.isEmpty, ContinuousClock.now < deadline {
            let ready = try await describeTopics(Array(totals.keys)).filter { topic in
                topic.partitions.count >= totals[topic.name] ?? 0 && topic.partitions.allSatisfy { $0.leader != nil }
            }
            if ready.count == totals.count { return }
            do { try await Loop.sleep(for: .milliseconds(20)) } catch { throw .cancelled("making topics") }
        }
    }

    /// Takes topics away with all they hold; one that does not exist is fine. For tests.
    public func deleteTopics(_ names: [String]) async throws(KafkaError) {
        guard !names.isEmpty else { return }
        var doomed: [OpaquePointer?] = names.map { rd_kafka_DeleteTopic_new($0) }
        defer { for topic in doomed { rd_kafka_DeleteTopic_destroy(topic) } }
        _ = try await ask("taking topics away", RD_KAFKA_ADMIN_OP_DELETETOPICS) {
            rd_kafka_DeleteTopics(client.handle, &doomed, doomed.count, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event.pointer), &count)
            return try outcomes(results, count, fine: RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
        }
    }

    /// Gives a topic more partitions, `total` in all. Records of a key then go elsewhere than before: order per key breaks at this point.
    ///
    /// Returns when the brokers serve them, or after ten seconds: a publisher that starts then begins with all of them.
    public func addPartitions(to topic: String, total: Int) async throws(KafkaError) {
        var new: OpaquePointer?
        let refusal = withTextBuffer {
            new = rd_kafka_NewPartitions_new(topic, max(total, 0), $0, $1)
            return new == nil
        }
        if let refusal { throw KafkaError(code: .invalidArgument, reason: "the topic \(topic): \(refusal)") }
        defer { rd_kafka_NewPartitions_destroy(new) }
        _ = try await ask("adding partitions to \(topic)", RD_KAFKA_ADMIN_OP_CREATEPARTITIONS) {
            rd_kafka_CreatePartitions(client.handle, &new, 1, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let results = rd_kafka_CreatePartitions_result_topics(rd_kafka_event_CreatePartitions_result(event.pointer), &count)
            return try outcomes(results, count, fine: nil)
        }
        try await awaitLeaders(of: [topic: total])
    }
}

private func outcomes(
    _ results: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, fine: rd_kafka_resp_err_t?
) throws(KafkaError) -> [TopicOutcome] {
    var found: [TopicOutcome] = []
    for result in UnsafeBufferPointer(start: results, count: results == nil ? 0 : count) {
        let name = String(cString: rd_kafka_topic_result_name(result))
        let code = rd_kafka_topic_result_error(result)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR || code == fine else {
            let text = rd_kafka_topic_result_error_string(result).map { String(cString: $0) } ?? String(cString: rd_kafka_err2str(code))
            throw KafkaError(code: KafkaError.Code(code), reason: "the topic \(name): \(text)")
        }
        found.append(TopicOutcome(name: name, kind: code == RD_KAFKA_RESP_ERR_NO_ERROR ? .made : .existed))
    }
    return found
}
