import Contracts
import Kafka

@testable import Egovctl

/// A platform in which nothing is wrong, to be broken one thing at a time.
enum Sample {
    static let now = Timestamp(seconds: 1_780_000_000)

    static func report(_ service: ServiceName, _ change: (inout StatusReport) -> Void = { _ in }) -> StatusReport {
        let names: [ServiceName] = [.naturalPersons, .eLicense]
        let trusted = [StatusReport.Keys.Trusted(kid: "people", owner: "sign-in", use: "sig")] + names.flatMap { name in
            [
                StatusReport.Keys.Trusted(kid: "\(name)-s", owner: name.rawValue, use: "sig"),
                StatusReport.Keys.Trusted(kid: "\(name)-o", owner: name.rawValue, use: "enc"),
            ]
        }
        var report = StatusReport(
            service: service, version: "0.1.0", instance: "a", startedAt: now, profile: "production", database: true, broker: true,
            migrations: [], outbox: .init(depth: 3, oldestSeconds: 0.2), relay: .publishing, parked: 0, lag: [], timersDue: 1, timersAhead: 5,
            details: .init(
                now: now, databaseNow: now, lawNow: now, relayHolder: .init(process: 7, client: nil, since: now),
                keys: .init(signing: "\(service)-s", opening: "\(service)-o", trusted: trusted)))
        change(&report)
        return report
    }

    static func view(_ report: StatusReport) -> ServiceView {
        ServiceView(service: report.service, report: report, before: report, skew: (.zero, .milliseconds(2)))
    }

    /// - Parameter change: of what e-license says, both times.
    static func survey(_ change: (inout StatusReport) -> Void = { _ in }, brokers: (inout BrokersView) -> Void = { _ in }) -> Survey {
        var seen = BrokersView(prefix: "egov", count: 1, topics: [:])
        for topic in Catalogue.topics {
            seen.topics[topic.name(prefix: "egov")] = PresentTopic(
                partitions: topic.partitions, replicas: 1, settings: topic.settings(brokers: 1))
        }
        brokers(&seen)
        return Survey(services: [view(report(.naturalPersons)), view(report(.eLicense, change))], brokers: .seen(seen))
    }

    static func lag(_ committed: Int64, _ high: Int64, low: Int64 = 0) -> PartitionLag {
        PartitionLag(
            partition: TopicPartition("egov.e-license.answer.v1", 0), committed: committed, watermarks: Watermarks(low: low, high: high))
    }
}
