import CommandLine
import Contracts
import EventLoop
import Kafka

/// The topics that the contracts declare.
enum TopicCommands {
    static let topics = Command(
        "topics", "The topics that the contracts declare, with their policy.",
        examples: ["egovctl topics apply", "egovctl topics show --bootstrap kafka:9092 --prefix egov"], subcommands: [apply, show, RewindCommand.rewind])

    static let apply = Command(
        "apply", "Make topics that are missing, and bring the others to their policy.",
        discussion: """
            Run again it changes nothing. Partitions are added where the contract has more, settings are put back; nothing is deleted. \
            With three brokers or more each message is kept by three, on a single one it is flushed to disk before it counts. \
            DevBroker has no administration: there topics are made by asking for them.
            """,
        examples: ["egovctl topics apply", "KAFKA_PROPERTIES=sasl.properties egovctl topics apply --bootstrap kafka:9092"],
        exitCodes: [.unavailable: "Kafka does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let table = try await Loop.run { try await TopicAdministration.with(platform) { try await apply($0, platform) } }
        platform.terminal.write(table, asJSON: platform.asJSON)
    }

    @Loop private static func apply(_ administration: TopicAdministration, _ platform: Platform) async throws -> Table {
        var table = Table(["TOPIC", .init("CHANGED", key: "changed"), "WHAT"])
        let topics = Catalogue.topics
        guard try await administration.canAdminister() else {
            platform.terminal.note("this broker has no topic administration (DevBroker): topics are made on first use, without policy")
            try await administration.touch(topics)
            for topic in topics { table.add([.text(topic.name(prefix: platform.prefix)), false, "made on first use"]) }
            return table
        }
        let present = try await administration.present(topics)
        var brokers = administration.brokers(present)
        let missing = topics.filter { present[$0.name(prefix: platform.prefix)] == nil }
        if !missing.isEmpty { brokers = try await administration.make(missing, brokers: brokers) }
        for topic in topics {
            let name = topic.name(prefix: platform.prefix)
            let steps = TopicPlan.steps(for: topic, present: present[name], brokers: brokers)
            for step in steps {
                if case .addPartitions(_, let total) = step { try await administration.admin.addPartitions(to: name, total: total) }
            }
            var settings: [String: String] = [:]
            for step in steps { if case .set(let name, _, let value) = step { settings[name] = value } }
            try await administration.admin.alterTopicConfig(name, settings)
            let texts = steps.map {
                $0 == .make ? "made: \(topic.partitions) partitions, copies of each: \(topic.replicas(brokers: brokers))" : $0.text
            }
            table.add([
                .text(name), .bool(steps.contains(where: \.isChange)), .text(texts.isEmpty ? "as declared" : texts.joined(separator: "; ")),
            ])
        }
        return table
    }

    static let show = Command(
        "show", "Compare what is declared with what is there: partitions, settings, messages, lag.",
        examples: ["egovctl topics show", "egovctl topics show --json | jq '.[] | select(.lag > 0)'"],
        exitCodes: [.unavailable: "Kafka does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let table = try await Loop.run { try await TopicAdministration.with(platform) { try await show($0, platform) } }
        platform.terminal.write(table, asJSON: platform.asJSON)
    }

    @Loop private static func show(_ administration: TopicAdministration, _ platform: Platform) async throws -> Table {
        var table = Table([
            "TOPIC", .init("PARTITIONS", .right), .init("DECLARED", .right), .init("COPIES", .right), .init("MESSAGES", .right),
            .init("LAG", .right), "GROUPS", "DIFFERENCES",
        ])
        let canAdminister = try await administration.canAdminister()
        if !canAdminister {
            platform.terminal.note("this broker has no topic administration (DevBroker): settings and groups cannot be seen")
        }
        let present = try await administration.present(Catalogue.topics, settings: canAdminister)
        let messages = try await administration.messages(present)
        let lag = canAdminister ? try await administration.lag(present.keys.sorted()) : [:]
        for topic in Catalogue.topics {
            let name = topic.name(prefix: platform.prefix)
            guard let there = present[name] else {
                table.add([.text(name), .int(0), .int(topic.partitions), .none, .none, .none, .none, "missing: egovctl topics apply"])
                continue
            }
            let steps = canAdminister ? TopicPlan.steps(for: topic, present: there, brokers: administration.brokers(present)) : []
            let groups = lag[name] ?? [:]
            table.add([
                .text(name), .int(there.partitions), .int(topic.partitions), .int(there.replicas), .int(Int(messages[name] ?? 0)),
                groups.isEmpty ? .none : .int(Int(groups.values.reduce(0, +))),
                .text(groups.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ")),
                .text(steps.map(\.text).joined(separator: "; ")),
            ])
        }
        return table
    }
}
