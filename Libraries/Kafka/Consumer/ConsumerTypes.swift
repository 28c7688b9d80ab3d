/// Records of one partition, in order, for one call of the handler.
public struct PartitionBatch: Sendable {
    public let topic: String
    public let partition: Int32
    /// At least one, at most ``ConsumerLimits/records``.
    public let records: [ConsumedRecord]

    public init(topic: String, partition: Int32, records: [ConsumedRecord]) {
        self.topic = topic
        self.partition = partition
        self.records = records
    }
}

/// What a handler says of a batch.
public enum BatchOutcome: Sendable, Hashable {
    /// Its effects are durable: the offset after it may be committed.
    case done
    /// Nothing of this partition is handed out any more and the batch's offset is not committed; an alarm says why. Other partitions go on.
    case stop(String)
}

/// What a consumer holds at most, and how long it waits.
public struct ConsumerLimits: Sendable {
    /// Records in one batch.
    public var records = 500
    /// Bytes at which a batch takes no further record.
    public var bytes = 4 << 20
    /// Bytes of a partition that wait in the client for the handler; at this many no more are fetched. Whole KiB.
    public var waitingBytes = 2 << 20
    /// How long partitions that go to another member are held back for work in flight and its commit.
    public var revokeGrace = Duration.seconds(5)
    /// A batch longer in its handler than this raises an alarm, once.
    public var slowHandler = Duration.seconds(30)

    public init() {}
}

/// Something that an operator has to look at; the consumer goes on as far as it can.
public enum ConsumerAlarm: Sendable, CustomStringConvertible {
    /// The position lies outside what the topic still holds; the partition is stopped, nothing is skipped.
    case offsetOutOfRange(TopicPartition, reason: String)
    /// The handler has stopped the partition.
    case stopped(TopicPartition, reason: String)
    /// The handler has held a batch longer than the limit; it goes on.
    case slowHandler(TopicPartition, offset: Int64)
    /// The consumer is of no more use: another instance has its `instanceID`, for example. Stop it and make another.
    case fatal(KafkaError)

    public var description: String {
        switch self {
        case .offsetOutOfRange(let id, let reason): "\(id) is stopped, its offset is out of range: \(reason)"
        case .stopped(let id, let reason): "\(id) is stopped by its handler: \(reason)"
        case .slowHandler(let id, let offset): "\(id): the batch from offset \(offset) takes long"
        case .fatal(let error): "\(error)"
        }
    }
}

/// How one assigned partition stands.
public struct PartitionStatus: Sendable, Hashable {
    public let partition: TopicPartition
    /// Why it stands still until the consumer starts anew; nil when it does not.
    public let stopReason: String?
    public let isHandling: Bool
    /// Records that were fetched and wait for the handler.
    public let waitingRecords: Int
    /// The next offset to be read after a restart; nil when nothing was ever committed.
    public let committed: Int64?
    /// Records behind the end of the partition as last seen; nil before the first answer of the broker.
    public let lag: Int64?
}
