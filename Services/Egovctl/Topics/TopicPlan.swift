import Contracts

/// A topic as the brokers have it.
struct PresentTopic: Sendable, Hashable {
    var partitions: Int
    /// Copies of the partition that has the fewest.
    var replicas: Int
    /// What is in force, the brokers' defaults included.
    var settings: [String: String]
    /// Partitions that no broker serves.
    var leaderless: [Int32] = []
    /// Partitions with a copy that is behind or away.
    var behind: [Int32] = []
}

/// What there is to do, or to say, about one topic.
enum TopicStep: Sendable, Hashable {
    case make
    case addPartitions(from: Int, to: Int)
    case set(_ name: String, from: String?, to: String)
    /// Left as it is: what cannot be changed without moving or losing messages.
    case differs(String)

    var text: String {
        switch self {
        case .make: "made"
        case .addPartitions(let from, let to): "partitions \(from) → \(to); a key's later messages may go elsewhere than its earlier ones"
        case .set(let name, let from, let to): "\(name) \(from ?? "unset") → \(to)"
        case .differs(let text): text
        }
    }

    var isChange: Bool { if case .differs = self { false } else { true } }
}

/// What brings the brokers' topics to what the contracts declare. Nothing is ever deleted.
enum TopicPlan {
    /// - Parameter brokers: how many the cluster has.
    static func steps(for topic: Topic, present: PresentTopic?, brokers: Int) -> [TopicStep] {
        guard let present else { return [.make] }
        var steps: [TopicStep] = []
        if present.partitions < topic.partitions {
            steps.append(.addPartitions(from: present.partitions, to: topic.partitions))
        } else if present.partitions > topic.partitions {
            steps.append(.differs("partitions are \(present.partitions), the contract has \(topic.partitions): they cannot be taken away"))
        }
        let replicas = topic.replicas(brokers: brokers)
        if present.replicas < replicas {
            steps.append(.differs("copies are \(present.replicas), the contract wants \(replicas): kafka-reassign-partitions.sh"))
        }
        // What can be kept depends on the copies that there are, not on those that there should be.
        let wanted = topic.settings(brokers: min(brokers, max(present.replicas, 1)))
        for (name, value) in wanted.sorted(by: { $0.key < $1.key }) where present.settings[name] != value {
            steps.append(.set(name, from: present.settings[name], to: value))
        }
        return steps
    }
}
