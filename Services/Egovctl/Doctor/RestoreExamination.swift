import Contracts
import EventLoop
import FoundationEssentials
import Kafka

/// What the topics know beyond the moment to which a service's database was restored.
@Loop struct RestoreExamination {
    let platform: Platform
    let client: ServiceClient
    let token: String
    let admin: Admin
    let reader: TopicReader

    /// What was handled shortly before the moment may have been written so long before it.
    private static let margin = Duration.seconds(86_400)
    /// Messages that one stretch is read for at most.
    private static let most: Int64 = 200_000

    /// One view for each restore of the last weeks; a failover that lost nothing gives an empty one.
    func look(_ report: StatusReport, _ marks: [TopicPartition: Watermarks]) async throws -> [RestoredView] {
        guard let details = report.details else { return [] }
        var views: [RestoredView] = []
        for timeline in details.timelines {
            guard let moment = timeline.restoredTo, details.now - timeline.metAt < .seconds(Checks.restoreDays * 86_400) else { continue }
            var view = RestoredView(service: report.service, timeline: timeline)
            view.forgotten = try await forgotten(report.service, details, timeline, moment, marks)
            view.undelivered = try await undelivered(report.service, details, moment, marks)
            if !view.forgotten.isEmpty || !view.undelivered.isEmpty { views.append(view) }
        }
        return views
    }

    // MARK: What it has said

    /// Its messages between the last that the restored database had published and the first that it published since, without
    /// those that it has published again.
    private func forgotten(
        _ service: ServiceName, _ details: StatusReport.Details, _ timeline: StatusReport.Timeline, _ moment: Timestamp,
        _ marks: [TopicPartition: Watermarks]
    ) async throws -> [RestoredView.Forgotten] {
        var found: [RestoredView.Forgotten] = []
        let unmarked = try await admin.offsets(at: (moment - Self.margin).microseconds, marks.keys.sorted())
        for (topic, partitions) in Dictionary(grouping: marks, by: \.key.topic) {
            var gaps: [Int32: Range<Int64>] = [:], stretches: [Int32: Range<Int64>] = [:]
            for (id, mark) in partitions {
                let places = details.published.filter { $0.topic == topic && $0.partition == id.partition }
                let first = places.filter { $0.timeline >= timeline.id }.map(\.first).min() ?? mark.high
                let last = places.filter { $0.timeline < timeline.id }.map { $0.last + 1 }.max() ?? min(unmarked[id] ?? 0, first)
                guard last < first else { continue }
                gaps[id.partition] = last..<first
                stretches[id.partition] = last..<min(mark.high, first + Self.most)
            }
            guard !gaps.isEmpty else { continue }
            let pass = Pass()
            try await reader.read(topic, within: stretches) { [gaps] record in
                guard record.text("ce_source") == "/\(service)", let id = record.text("ce_id"), let gap = gaps[record.partition] else { return }
                guard gap.contains(record.offset) else {
                    pass.again.insert(id)
                    return
                }
                // What was written before the moment of a database without marks is not known to be forgotten.
                let written = record.text("ce_time").flatMap { Timestamp(rfc3339: $0) }
                guard written ?? moment >= moment || details.published.contains(where: { $0.topic == topic && $0.timeline < timeline.id }) else { return }
                pass.found.append(RestoredView.Forgotten(
                    topic: topic, partition: record.partition, offset: record.offset, id: id, type: record.text("ce_type") ?? "",
                    key: record.key.map { String(decoding: $0, as: UTF8.self) } ?? ""))
            }
            found += pass.found.filter { !pass.again.contains($0.id) }
        }
        return found.sorted { ($0.topic, $0.partition, $0.offset) < ($1.topic, $1.partition, $1.offset) }
    }

    // MARK: What it has heard

    /// What its group holds for delivered, and its database knows nothing of.
    private func undelivered(
        _ service: ServiceName, _ details: StatusReport.Details, _ moment: Timestamp, _ marks: [TopicPartition: Watermarks]
    ) async throws -> [RestoredView.Undelivered] {
        let types = Dictionary(grouping: details.handled, by: \.topic).mapValues { Set($0.map(\.type)) }
        let partitions = marks.keys.filter { types[$0.topic] != nil }.sorted()
        let committed: [TopicPartition: Int64]
        do { committed = try await admin.committedOffsets("\(platform.prefix).\(service)", partitions) } catch {
            guard error.isUnsupported else { throw error }
            return []
        }
        let starts = try await admin.offsets(at: (moment - Self.margin).microseconds, Array(committed.keys))
        var found: [RestoredView.Undelivered] = []
        for (topic, known) in types.sorted(by: { $0.key < $1.key }) {
            var stretches: [Int32: Range<Int64>] = [:]
            for (id, end) in committed where id.topic == topic {
                let start = max(starts[id] ?? 0, end - Self.most)
                if start < end { stretches[id.partition] = start..<end }
            }
            let heard = Heard()
            try await reader.read(topic, within: stretches) { record in
                guard record.text("ce_type").map(known.contains) == true, let id = record.text("ce_id").flatMap(UUID.init(uuidString:)) else { return }
                heard.moments[id] = record.timestamp.map(Timestamp.init(microseconds:)) ?? moment
            }
            var unknown: [UUID] = []
            let ids = Array(heard.moments.keys)
            for start in stride(from: 0, to: ids.count, by: MessageIDs.maximum) {
                let asked = MessageIDs(ids: Array(ids[start..<min(start + MessageIDs.maximum, ids.count)]))
                unknown += try await client.call(Operations.unknownMessages(for: service), asked, as: token).ids
            }
            if let since = unknown.compactMap({ heard.moments[$0] }).min() {
                found.append(RestoredView.Undelivered(topic: topic, count: unknown.count, since: since))
            }
        }
        return found
    }
}

@Loop private final class Pass {
    var found: [RestoredView.Forgotten] = []
    var again: Set<String> = []
}

@Loop private final class Heard { var moments: [UUID: Timestamp] = [:] }

extension ConsumedRecord {
    fileprivate func text(_ header: String) -> String? { self.header(header).flatMap { String(validating: $0, as: UTF8.self) } }
}
