/// A header of a record: names may repeat, order is kept.
public struct KafkaHeader: Sendable, Hashable {
    public let name: String
    public let value: [UInt8]

    public init(_ name: String, _ value: [UInt8]) {
        self.name = name
        self.value = value
    }

    public init(_ name: String, _ text: String) { self.init(name, Array(text.utf8)) }

    /// The value as text; nil when it is not UTF-8.
    public var text: String? {
        guard let text = try? UTF8Span(validating: value.span) else { return nil }
        return String(copying: text)
    }
}

/// What is sent to a topic.
public struct KafkaRecord: Sendable, Hashable {
    public var topic: String
    /// nil: chosen by the key as Java clients choose it (murmur2), at random without a key.
    public var partition: Int32?
    public var key: [UInt8]?
    /// nil is a tombstone, which is something else than empty.
    public var value: [UInt8]?
    package var packedHeaders: PackedHeaders

    public init(topic: String, partition: Int32? = nil, key: [UInt8]? = nil, value: [UInt8]?, headers: [KafkaHeader] = []) {
        self.init(topic: topic, partition: partition, key: key, value: value, packed: PackedHeaders(headers))
    }

    package init(topic: String, partition: Int32? = nil, key: [UInt8]?, value: [UInt8]?, packed headers: PackedHeaders) {
        self.topic = topic
        self.partition = partition
        self.key = key
        self.value = value
        packedHeaders = headers
    }

    public var headers: [KafkaHeader] {
        get { packedHeaders.all }
        set { packedHeaders = PackedHeaders(newValue) }
    }
}

/// A partition of a topic.
public struct TopicPartition: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let topic: String
    public let partition: Int32

    public init(_ topic: String, _ partition: Int32) {
        self.topic = topic
        self.partition = partition
    }

    public var description: String { "\(topic)/\(partition)" }

    public static func < (left: TopicPartition, right: TopicPartition) -> Bool {
        (left.topic, left.partition) < (right.topic, right.partition)
    }
}
