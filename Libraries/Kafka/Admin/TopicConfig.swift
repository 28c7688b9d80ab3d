import CLibrdkafka
import EventLoop

/// One setting of a topic.
public struct TopicSetting: Sendable, Hashable {
    public let name: String
    /// nil for what the brokers keep secret.
    public let value: String?
    /// Set for this topic itself, not the cluster's default.
    public let isOwn: Bool
}

extension Admin {
    /// All settings of a topic, sorted by name.
    public func topicConfig(_ topic: String) async throws(KafkaError) -> [TopicSetting] {
        var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        return try await ask("reading the settings of \(topic)", RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS) {
            rd_kafka_DescribeConfigs(client.handle, &resource, 1, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_DescribeConfigs_result(event.pointer)
            let resource = try only(rd_kafka_DescribeConfigs_result_resources(result, &count), count, topic)
            let entries = rd_kafka_ConfigResource_configs(resource, &count)
            return UnsafeBufferPointer(start: entries, count: entries == nil ? 0 : count).map {
                TopicSetting(
                    name: String(cString: rd_kafka_ConfigEntry_name($0)),
                    value: rd_kafka_ConfigEntry_value($0).map { String(cString: $0) },
                    isOwn: rd_kafka_ConfigEntry_source($0) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG)
            }.sorted { $0.name < $1.name }
        }
    }

    /// Changes settings of a topic and leaves its other own settings as they are.
    ///
    /// The request replaces all of a topic's own settings (librdkafka 2.0.2 has no other), so they are read first and sent along:
    /// somebody else's change between the two is lost.
    public func alterTopicConfig(_ topic: String, _ changes: [String: String]) async throws(KafkaError) {
        guard !changes.isEmpty else { return }
        var settings: [String: String] = [:]
        for setting in try await topicConfig(topic) where setting.isOwn { settings[setting.name] = setting.value }
        settings.merge(changes) { _, new in new }
        var resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic)
        defer { rd_kafka_ConfigResource_destroy(resource) }
        for (name, value) in settings.sorted(by: { $0.key < $1.key }) { rd_kafka_ConfigResource_set_config(resource, name, value) }
        _ = try await ask("changing the settings of \(topic)", RD_KAFKA_ADMIN_OP_ALTERCONFIGS) {
            rd_kafka_AlterConfigs(client.handle, &resource, 1, $0, $1)
        } _: { event throws(KafkaError) in
            var count = 0
            let result = rd_kafka_event_AlterConfigs_result(event.pointer)
            _ = try only(rd_kafka_AlterConfigs_result_resources(result, &count), count, topic)
            return count
        }
    }
}

private func only(_ resources: UnsafeMutablePointer<OpaquePointer?>?, _ count: Int, _ topic: String) throws(KafkaError) -> OpaquePointer {
    guard let resources, count == 1, let resource = resources[0] else {
        throw KafkaError(code: .timedOut, reason: "no answer about the settings of \(topic)")
    }
    let code = rd_kafka_ConfigResource_error(resource)
    guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
        let text = rd_kafka_ConfigResource_error_string(resource).map { String(cString: $0) } ?? String(cString: rd_kafka_err2str(code))
        throw KafkaError(code: KafkaError.Code(code), reason: "the topic \(topic): \(text)")
    }
    return resource
}
