import CommandLine
import Contracts
import EventLoop
import Kafka

/// The brokers' topics and groups, as the contracts see them.
@Loop struct TopicAdministration {
    let admin: Admin
    let prefix: String

    /// Does `body` with an admin client, and turns what the brokers refuse into a failure that says what to do.
    static func with<R: Sendable>(_ platform: Platform, _ body: @Loop (TopicAdministration) async throws -> R) async throws -> R {
        let options = try platform.kafka()
        do {
            let admin = try Admin(options, timeout: .seconds(10))
            do {
                let result = try await body(TopicAdministration(admin: admin, prefix: platform.prefix))
                await admin.close()
                return result
            } catch {
                await admin.close()
                throw error
            }
        } catch let error as KafkaError {
            guard error.isRetriable else { throw CommandFailure(error.description) }
            throw CommandFailure(
                "Kafka does not answer at \(options.bootstrap): \(error.reason)",
                advice: "start it, or say where it is: --bootstrap host:port", exitCode: .unavailable)
        }
    }

    /// Whether the brokers take orders about topics; DevBroker takes none.
    func canAdminister() async throws -> Bool {
        do {
            _ = try await admin.listGroups()
            return true
        } catch {
            guard error.isUnsupported else { throw error }
            return false
        }
    }

    /// Those of the topics that exist; without settings where the brokers do not tell any.
    func present(_ topics: [Topic], settings withSettings: Bool = true) async throws -> [String: PresentTopic] {
        var found: [String: PresentTopic] = [:]
        for topic in try await admin.describeTopics(topics.map { $0.name(prefix: prefix) }) {
            var settings: [String: String] = [:]
            if withSettings {
                for setting in try await admin.topicConfig(topic.name) { settings[setting.name] = setting.value }
            }
            found[topic.name] = PresentTopic(
                partitions: topic.partitions.count, replicas: topic.partitions.map(\.replicas.count).min() ?? 0, settings: settings,
                leaderless: topic.partitions.filter { $0.leader == nil }.map(\.number),
                behind: topic.partitions.filter { $0.inSync.count < $0.replicas.count }.map(\.number))
        }
        return found
    }

    /// How many brokers there are. The copies of topics that exist say it; otherwise the first topic is offered with all its
    /// copies, and a refusal means that there are fewer brokers.
    func brokers(_ present: [String: PresentTopic]) -> Int {
        present.values.map(\.replicas).max() ?? Topic.replication
    }

    /// Makes topics; with one copy each where the cluster has too few brokers for all.
    /// - Returns: the brokers that it was made for.
    func make(_ topics: [Topic], brokers: Int) async throws -> Int {
        func specs(_ brokers: Int) -> [TopicSpec] {
            topics.map {
                TopicSpec(
                    name: $0.name(prefix: prefix), partitions: $0.partitions, replication: $0.replicas(brokers: brokers),
                    config: $0.settings(brokers: brokers))
            }
        }
        do {
            try await admin.createTopics(specs(brokers))
            return brokers
        } catch {
            guard error.code == .invalidReplication, brokers >= Topic.replication else { throw error }
            try await admin.createTopics(specs(1))
            return 1
        }
    }

    /// Makes the topics of a broker without administration appear: asking for them is what makes them.
    func touch(_ topics: [Topic]) async throws {
        _ = try await admin.watermarks(topics.map { TopicPartition($0.name(prefix: prefix), 0) })
    }

    /// Our groups and how far each is behind, by topic.
    func lag(_ topics: [String]) async throws -> [String: [String: Int64]] {
        var lag: [String: [String: Int64]] = [:]
        for group in try await admin.listGroups() where group.hasPrefix("\(prefix).") {
            for partition in try await admin.groupLag(group, topics: topics) where partition.committed != nil {
                lag[partition.partition.topic, default: [:]][group, default: 0] += partition.lag
            }
        }
        return lag
    }

    /// Messages that each topic holds.
    func messages(_ present: [String: PresentTopic]) async throws -> [String: Int64] {
        let partitions = present.flatMap { name, topic in (0..<topic.partitions).map { TopicPartition(name, Int32($0)) } }
        var count: [String: Int64] = [:]
        for (partition, marks) in try await admin.watermarks(partitions) { count[partition.topic, default: 0] += marks.high - marks.low }
        return count
    }
}

extension KafkaError {
    /// The broker is too simple for this request (librdkafka's `_UNSUPPORTED_FEATURE`, or Kafka's `UNSUPPORTED_VERSION`).
    var isUnsupported: Bool { code.rawValue == -165 || code.rawValue == 35 }
}

extension KafkaError.Code {
    /// Kafka's `INVALID_REPLICATION_FACTOR`: more copies than brokers.
    static let invalidReplication = KafkaError.Code(rawValue: 38)
}
