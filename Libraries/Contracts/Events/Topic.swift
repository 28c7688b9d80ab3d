/// A topic with the policy that `egovctl topics apply` gives it. What is acknowledged there is deleted here, so a topic is
/// kept for ever unless its contract says otherwise.
public struct Topic: Hashable, Sendable, Codable {
    public enum Retention: Hashable, Sendable, Codable {
        case forever
        case days(Int)
    }

    public let service: ServiceName
    /// What its messages are about, and keyed by: `application`, `person`.
    public let aggregate: String
    public let version: Int
    public let partitions: Int
    public let retention: Retention

    public init(_ service: ServiceName, _ aggregate: String, version: Int = 1, partitions: Int = 4, retention: Retention = .forever) {
        self.service = service
        self.aggregate = aggregate
        self.version = version
        self.partitions = partitions
        self.retention = retention
    }

    /// `egov.e-license.application.v1`.
    public func name(prefix: String) -> String { "\(prefix).\(service).\(aggregate).v\(version)" }

    /// What its messages are keyed by: the aggregate, or the case that a question belongs to.
    public var keyedBy: String { aggregate == "inquiry" || aggregate == "answer" ? "case" : aggregate }

    /// Copies of each partition in production.
    public static let replication = 3

    /// The number of copies on so many brokers.
    public func replicas(brokers: Int) -> Int { brokers < Topic.replication ? 1 : Topic.replication }

    /// Kafka's topic settings. On a single broker every message is flushed, so that *acknowledged* means on disk; with
    /// copies, two must have it.
    public func settings(brokers: Int) -> [String: String] {
        let isSingle = replicas(brokers: brokers) == 1
        var settings = [
            "cleanup.policy": "delete", "retention.bytes": "-1", "message.timestamp.type": "CreateTime",
            "compression.type": "producer", "min.insync.replicas": isSingle ? "1" : "2", "unclean.leader.election.enable": "false",
        ]
        if isSingle { settings["flush.messages"] = "1" }
        switch retention {
        case .forever: settings["retention.ms"] = "-1"
        case .days(let days): settings["retention.ms"] = String(days * 86_400_000)
        }
        return settings
    }

    /// The topic of the questions to a register.
    public static func inquiries(to register: ServiceName) -> Topic { Topic(register, "inquiry") }
    /// The topic of the sealed answers to an asker.
    public static func answers(to asker: ServiceName) -> Topic { Topic(asker, "answer") }
}
