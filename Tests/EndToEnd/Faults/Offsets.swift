import Contracts
import EventLoop
import Kafka
import Postgres

/// How far a service's group has come on its topics, and what the topics hold; read in this order, so that what was committed is held against a later inbox.
@Loop struct Offsets {
    let group: String
    let committed: [TopicPartition: Int64]
    private let consumer: ServiceName
    private let records: [ConsumedRecord]
    private let platform: Platform

    static func topic(of consumer: ServiceName) -> Topic {
        consumer == .naturalPersons ? .inquiries(to: .naturalPersons) : .answers(to: .eLicense)
    }

    init(_ platform: Platform, consumer: ServiceName) async throws {
        self.platform = platform
        self.consumer = consumer
        group = "\(platform.prefix).\(consumer)"
        let topic = Offsets.topic(of: consumer)
        let name = topic.name(prefix: platform.prefix)
        let partitions = Catalogue.topics.first { $0.name(prefix: platform.prefix) == name }?.partitions ?? 0
        let admin = try Admin(platform.kafka)
        do {
            committed = try await admin.committedOffsets(group, (0..<Int32(partitions)).map { TopicPartition(name, $0) })
        } catch {
            await admin.close()
            throw error
        }
        await admin.close()
        records = try await platform.records(of: topic)
    }

    /// No offset was committed past an effect: every message below is in the inbox, or parked.
    func checkEffects(_ findings: Findings) async throws {
        let below = records.filter { $0.offset < committed[TopicPartition($0.topic, $0.partition)] ?? 0 }
        let database = try platform.database(consumer)
        let known = Set(try await database.reader.fetch(Query.all(
            "SELECT message_id::text FROM inbox WHERE consumer = \(consumer.rawValue) UNION ALL SELECT message_id::text FROM parked") {
                try $0.column(0, as: String.self)
            }))
        let lost = below.filter { !known.contains($0.text("ce_id")?.lowercased() ?? "") }
        findings.expect(lost.isEmpty, "\(consumer): offsets were committed past \(lost.count) messages without effect, such as \(lost.first.map { "\($0.topic)/\($0.partition)@\($0.offset)" } ?? "")")
    }

    /// How many records the group has not come to.
    var behind: Int { records.filter { $0.offset >= committed[TopicPartition($0.topic, $0.partition)] ?? 0 }.count }
}
