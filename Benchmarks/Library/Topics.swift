import CommandLine
import Contracts
import EventLoop
import Kafka

/// Topics with the settings that the contracts give them on a single broker: what is acknowledged is on disk.
enum Topics {
    static let policy = Topic("bench", "account", partitions: 4)

    @Loop static func make(_ names: [String], partitions: Int = policy.partitions, on kafka: KafkaOptions) async throws {
        let admin = try Admin(kafka)
        try await admin.deleteTopics(names)
        let deadline = ContinuousClock.now + .seconds(20)
        while try await !admin.describeTopics(names).isEmpty, ContinuousClock.now < deadline { try await Loop.sleep(for: .milliseconds(50)) }
        try await admin.createTopics(names.map {
            TopicSpec(name: $0, partitions: partitions, replication: 1, config: policy.settings(brokers: 1))
        })
        await admin.close()
    }
}

/// A topic by its whole name, for a service that is measured.
enum NewTopic {
    static let command = Command("topic", "Makes a topic anew.", parameters: [Options.topic, Options.kafka, Prepare.partitions]) { arguments in
        let name = try arguments[Options.topic], kafka = Options.broker(try arguments[Options.kafka]), partitions = try arguments[Prepare.partitions]
        try await Loop.run { try await Topics.make([name], partitions: partitions, on: kafka) }
    }
}
