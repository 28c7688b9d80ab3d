import CommandLine
import Contracts
import EventLoop
import Kafka

/// What the brokers know: topics, groups, and what a restored database has forgotten.
@Loop struct BrokerExamination {
    let platform: Platform
    let client: ServiceClient
    let token: String

    func look(_ reports: [StatusReport], _ before: Result<[String: [PartitionLag]], any Error>) async -> Survey.Brokers {
        do {
            let before = try before.get()
            return .seen(try await TopicAdministration.with(platform) { try await view($0, reports, before) })
        } catch let failure as CommandFailure {
            return .away(failure.message)
        } catch {
            return .away("\(error)")
        }
    }

    private func view(
        _ administration: TopicAdministration, _ reports: [StatusReport], _ before: [String: [PartitionLag]]
    ) async throws -> BrokersView {
        let canAdminister = try await administration.canAdminister()
        let topics = try await administration.present(Catalogue.topics, settings: canAdminister)
        var view = BrokersView(prefix: platform.prefix, count: canAdminister ? administration.brokers(topics) : nil, topics: topics)
        view.marks = try await administration.admin.watermarks(
            topics.flatMap { name, topic in (0..<topic.partitions).map { TopicPartition(name, Int32($0)) } })
        let reader = try TopicReader(try platform.kafka())
        do {
            if canAdminister { view.groups = try await groups(administration, reader, before) }
            let restores = RestoreExamination(platform: platform, client: client, token: token, admin: administration.admin, reader: reader)
            for report in reports { view.restored += try await restores.look(report, view.marks) }
        } catch {
            await reader.close()
            throw error
        }
        await reader.close()
        return view
    }

    private func groups(
        _ administration: TopicAdministration, _ reader: TopicReader, _ before: [String: [PartitionLag]]
    ) async throws -> [GroupView] {
        var views: [GroupView] = []
        for (name, lag) in try await administration.groups().sorted(by: { $0.key < $1.key }) {
            var view = GroupView(
                name: name, members: try await administration.admin.describeGroup(name).members.count, lag: lag, lagBefore: before[name] ?? [])
            for topic in Set(lag.filter { $0.lag > 0 && !$0.isOutOfRange }.map(\.partition.topic)) {
                // The first that waits in each partition says since when.
                let heads = lag.filter { $0.partition.topic == topic && $0.lag > 0 && !$0.isOutOfRange }.map {
                    let next = max($0.committed ?? 0, $0.watermarks.low)
                    return ($0.partition.partition, next..<next + 1)
                }
                let seen = Oldest()
                try await reader.read(topic, within: Dictionary(heads) { first, _ in first }) { record in
                    guard let moment = record.timestamp.map(Timestamp.init(microseconds:)) else { return }
                    seen.moment = min(seen.moment ?? moment, moment)
                }
                view.oldest[topic] = seen.moment
            }
            views.append(view)
        }
        return views
    }
}

@Loop private final class Oldest { var moment: Timestamp? }

extension TopicAdministration {
    /// Our groups and how far each is behind in what it has read; none where the brokers do not tell of groups.
    func groups() async throws -> [String: [PartitionLag]] {
        guard try await canAdminister() else { return [:] }
        let topics = Catalogue.topics.map { $0.name(prefix: prefix) }
        var groups: [String: [PartitionLag]] = [:]
        for service in Catalogue.services {
            let heard = service.heard.map { $0.name(prefix: prefix) }
            let name = "\(prefix).\(service.name)"
            let lag = try await admin.groupLag(name, topics: topics).filter { $0.committed != nil || heard.contains($0.partition.topic) }
            if !lag.isEmpty { groups[name] = lag }
        }
        return groups
    }
}

extension ServiceContract {
    /// The topics that a service listens to.
    var heard: [Topic] {
        var topics = consumes.map(\.topic)
        if !inquiries.isEmpty { topics.append(.inquiries(to: name)) }
        if !asks.isEmpty { topics.append(.answers(to: name)) }
        var seen: Set<Topic> = []
        return topics.filter { seen.insert($0).inserted }
    }
}
