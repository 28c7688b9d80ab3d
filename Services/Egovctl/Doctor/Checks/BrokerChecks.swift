import Contracts
import Kafka

extension Checks {
    @Sendable static func brokersAway(_ survey: Survey) -> [Finding] {
        guard case .away(let reason) = survey.brokers else { return [] }
        return [Finding(
            "kafka-unreachable", "kafka", reason, why: "no message leaves or arrives; all wait in the outboxes, and nothing is lost",
            next: "start Kafka, or say where it is: --bootstrap host:port", kind: .unreachable)]
    }

    @Sendable static func missingTopics(_ survey: Survey) -> [Finding] {
        guard case .seen(let view) = survey.brokers else { return [] }
        return Catalogue.topics.flatMap { topic -> [Finding] in
            let name = topic.name(prefix: view.prefix)
            guard let present = view.topics[name] else {
                return [Finding(
                    "topic-missing", name, "the topic does not exist", why: "what is to be published there waits in the outboxes",
                    next: "egovctl topics apply")]
            }
            var findings: [Finding] = []
            if !present.leaderless.isEmpty {
                findings.append(Finding(
                    "topic-offline", name, "no broker serves partition \(list(present.leaderless))",
                    why: "messages of its keys wait, in the outboxes and on the topic", next: "start the brokers that keep it"))
            }
            if !present.behind.isEmpty {
                findings.append(Finding(
                    "topic-copies-behind", name, "copies of partition \(list(present.behind)) are behind or away",
                    why: "with one broker less, messages are taken no more, or are in one place only",
                    next: "see which broker is away: kafka-topics.sh --describe --under-replicated-partitions"))
            }
            let steps = view.count.map { TopicPlan.steps(for: topic, present: present, brokers: $0) } ?? []
            if !steps.isEmpty {
                findings.append(Finding(
                    "topic-differs", name, "the topic is not as its contract declares: \(steps.map(\.text).joined(separator: "; "))",
                    why: "how long messages are kept, and how safely, is part of the contract",
                    next: steps.contains(where: \.isChange) ? "egovctl topics apply" : "egovctl topics show"))
            }
            return findings
        }
    }

    private static func list(_ numbers: [Int32]) -> String { numbers.map(String.init).joined(separator: ", ") }

    /// A topic that ends before the last message that was acknowledged there.
    @Sendable static func lostMessages(_ survey: Survey) -> [Finding] {
        guard case .seen(let view) = survey.brokers else { return [] }
        return survey.reports.flatMap { report in
            (report.details?.published ?? []).compactMap { place in
                guard let marks = view.marks[TopicPartition(place.topic, place.partition)], place.last >= marks.high else { return nil }
                return Finding(
                    "messages-lost", place.topic,
                    "partition \(place.partition) ends at \(marks.high), but \(report.service) has had messages acknowledged up to \(place.last)",
                    why: "Kafka has lost what it had acknowledged, or the topic was made anew: who had not read it yet never will",
                    next: "find out what became of the brokers' disks; other databases and backups of Kafka are where those messages are")
            }
        }
    }

    /// A group is behind, and what waits is old and not getting less.
    @Sendable static func groups(_ survey: Survey) -> [Finding] {
        guard case .seen(let view) = survey.brokers else { return [] }
        return view.groups.flatMap { group -> [Finding] in
            var findings: [Finding] = []
            let now = survey.reports.compactMap(\.details?.now).max() ?? .now
            for topic in Set(group.lag.map(\.partition.topic)).sorted() {
                let lag = group.lag.filter { $0.partition.topic == topic }
                let outside = lag.filter(\.isOutOfRange).map(\.partition.partition)
                if !outside.isEmpty {
                    findings.append(Finding(
                        "offset-out-of-range", group.name, "what it has committed lies outside of \(topic), partition \(list(outside))",
                        why: "its consumer stops there: messages were deleted before it read them, or the topic was made anew",
                        next: "find out what is missing; then egovctl topics rewind --service \(service(group.name, view.prefix)) --to TIME"))
                }
                let waiting = lag.reduce(0) { $0 + $1.lag }
                let before = group.lagBefore.filter { $0.partition.topic == topic }.reduce(0) { $0 + $1.lag }
                let age = group.oldest[topic].map { now - $0 }
                guard waiting > 0, waiting >= before || group.members == 0, age ?? .zero > .seconds(Int64(patience)) else { continue }
                findings.append(Finding(
                    "consumer-behind", group.name,
                    "\(waiting) messages of \(topic) wait, \(waiting > before ? "more than before" : "not fewer than before"), the oldest for \((age ?? .zero).shown)",
                    why: group.members == 0 ? "no instance of the service reads" : "its instances read too slowly, or not at all",
                    next: group.members == 0
                        ? "start the service" : "see its log and egovctl messages list; start another instance if it works and is too slow"))
            }
            return findings
        }
    }

    private static func service(_ group: String, _ prefix: String) -> String { String(group.dropFirst(prefix.count + 1)) }

    /// So long after a restore its consequences are told, in days.
    static let restoreDays: Int64 = 30

    @Sendable static func restored(_ survey: Survey) -> [Finding] {
        guard case .seen(let view) = survey.brokers else { return [] }
        return view.restored.flatMap { restored -> [Finding] in
            let moment = restored.timeline.restoredTo.map { "\($0)" } ?? "an earlier moment"
            var findings: [Finding] = []
            for (topic, ofTopic) in Dictionary(grouping: restored.forgotten, by: \.topic).sorted(by: { $0.key < $1.key }) {
                let keys = Set(ofTopic.map(\.key)).sorted()
                let shown = keys.prefix(5).joined(separator: ", ") + (keys.count > 5 ? " and \(keys.count - 5) more" : "")
                findings.append(Finding(
                    "restored-forgotten", restored.service.rawValue,
                    "\(topic) has \(ofTopic.count) messages of its that its database, restored to \(moment), does not know: of \(shown)",
                    why: "others have acted on them, and the service would contradict what it has said",
                    next: "egovctl doctor --json lists them; bring each case to what was said, or tell those concerned that it is void",
                    items: ofTopic.map { "\($0.topic)/\($0.partition) at \($0.offset): \($0.type) of \($0.key), \($0.id)" }))
            }
            for place in restored.undelivered {
                findings.append(Finding(
                    "restored-undelivered", restored.service.rawValue,
                    "\(place.count) messages of \(place.topic) had taken effect in it, and its database, restored to \(moment), does not know them",
                    why: "Kafka holds them for delivered: they do not come again by themselves",
                    next: "stop the service, egovctl topics rewind --service \(restored.service) --to \(place.since), start it: what it knows has no second effect"))
            }
            return findings
        }
    }
}
