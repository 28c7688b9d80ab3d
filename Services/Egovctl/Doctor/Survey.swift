import CommandLine
import Contracts
import Kafka

/// What was seen of the platform: the checks look at nothing else.
struct Survey: Sendable {
    var services: [ServiceView]
    var brokers: Brokers = .notAsked

    enum Brokers: Sendable {
        case notAsked
        case away(String)
        case seen(BrokersView)
    }

    var reports: [StatusReport] { services.compactMap(\.report) }
}

/// What one service said of itself, or why it said nothing.
struct ServiceView: Sendable {
    let service: ServiceName
    var report: StatusReport?
    /// What it said a moment earlier, where it was asked twice.
    var before: StatusReport?
    var failure: CommandFailure?
    /// Whether its process answers, where its report does not come.
    var isAlive = false
    /// How far its clock is ahead of this machine's, and how much of that may be the way there and back.
    var skew: (ahead: Duration, uncertainty: Duration)?

    var tree: JSONValue {
        get throws {
            if let report { return try JSON.tree(report) }
            return ["service": .string(service.rawValue), "error": .string(failure?.message ?? "no answer")]
        }
    }
}

/// Topics and groups as the brokers have them.
struct BrokersView: Sendable {
    var prefix: String
    /// How many there are; nil for a broker that takes no orders about topics, of which no settings and groups are known.
    var count: Int?
    var topics: [String: PresentTopic]
    var groups: [GroupView] = []
    /// First and next offset of each partition.
    var marks: [TopicPartition: Watermarks] = [:]
    var restored: [RestoredView] = []
}

/// A consumer group, looked at twice.
struct GroupView: Sendable {
    var name: String
    var members: Int
    var lag: [PartitionLag]
    var lagBefore: [PartitionLag]
    /// When the oldest message that waits was written, by topic.
    var oldest: [String: Timestamp] = [:]
}

/// What the topics know of a service whose database was restored to an earlier moment.
struct RestoredView: Sendable {
    var service: ServiceName
    var timeline: StatusReport.Timeline
    /// Messages of the service's that its database does not remember, the first of them by partition and offset.
    var forgotten: [Forgotten] = []
    /// Messages that had taken effect in the service and are unknown to its database.
    var undelivered: [Undelivered] = []

    struct Forgotten: Sendable, Hashable {
        var topic: String
        var partition: Int32
        var offset: Int64
        var id: String
        var type: String
        var key: String
    }

    struct Undelivered: Sendable, Hashable {
        var topic: String
        var count: Int
        /// When the first of them was written.
        var since: Timestamp
    }
}
