import CommandLine
import Contracts
import EventLoop
import FoundationEssentials

/// Messages that could not take effect and wait for a person.
enum MessageCommands {
    static let messages = Command(
        "messages", "Messages that could not take effect, and wait at a service for an operator.",
        discussion: """
            A message that can never succeed is parked with its error, and later ones of the same key wait behind it. When the cause is \
            gone, replay it; when it is of no use, discard it with a reason, which is kept.
            """,
        examples: ["egovctl messages list", "egovctl messages discard 0199… --reason \"Sent by mistake, see incident 12\""],
        subcommands: [list, show, replay, discard])

    private static let exitCodes: KeyValuePairs<ExitCode, String> = [
        .unavailable: "a service does not answer", .refused: "refused by a right or a rule",
    ]
    private static let id = Argument<UUID>("ID", "The message's id, as list shows it.", parse: { word in
        guard let id = UUID(text: word) else { throw Fault("\"\(word)\" is no id like 0199b6f0-7c00-7000-8000-000000000001") }
        return id
    })
    private static let state = Option<ParkedState?>("state", "Only messages in this state; parked ones unless given.")
    private static let limit = Option("limit", short: "n", "How many of each service are shown at most.", default: 50).within(1...100)

    static let list = Command(
        "list", "Parked messages of all services.", parameters: [state, limit] + SignIn.operator,
        examples: ["egovctl messages list", "egovctl messages list --service e-license --state discarded --json"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let query = ParkedQuery(state: try arguments[state], limit: try arguments[limit])
        let services = platform.services.map(\.name)
        let table = try await platform.asking { client in
            var table = Table(
                ["ID", "SERVICE", "STATE", "AT", "TOPIC", .init("PARTITION", .right), .init("OFFSET", .right), "KEY", .init("ATTEMPTS", .right), "ERROR"],
                empty: "No messages wait.")
            for service in services {
                let page = try await client.call(Operations.parkedList(for: service), query, as: token)
                for message in page.items { table.add(row(service, message)) }
                if page.next != nil { platform.terminal.note("\(service) has more: --service \(service) --limit 100") }
            }
            return table
        }
        platform.terminal.write(table, asJSON: platform.asJSON)
    }

    private static func row(_ service: ServiceName, _ message: ParkedMessage) -> [Table.Cell] {
        [
            .text(message.id.text), .text(service.rawValue), .text(message.state.rawValue), .init(message.at), .text(message.topic),
            .int(Int(message.partition)), .int(Int(message.offset)), .init(message.key), .int(message.attempts), .text(message.error),
        ]
    }

    static let show = Command(
        "show", "One message with its headers and payload.", parameters: [id] + SignIn.operator,
        examples: ["egovctl messages show 0199b6f0-7c00-7000-8000-000000000001"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let detail = try await find(arguments, platform).detail
        try platform.show(detail) { lines(detail.message) + headers(detail) + ["payload", detail.isBase64 ? "  (base 64) \(detail.payload)" : "  \(detail.payload)"] }
    }

    private static func lines(_ message: ParkedMessage) -> [String] {
        aligned([
            ("message", message.id.text), ("state", message.state.rawValue), ("parked", "\(message.at)"),
            ("from", "\(message.topic)/\(message.partition) at \(message.offset)"), ("key", message.key), ("consumer", message.consumer),
            ("attempts", "\(message.attempts)"), ("error", message.error),
        ])
    }

    private static func headers(_ detail: ParkedDetail) -> [String] {
        ["headers"] + aligned(detail.headers.sorted { $0.key < $1.key }.map { ("  " + $0.key, $0.value) })
    }

    static let replay = Command(
        "replay", "Hand a message to its handler again; those of its key that wait behind it follow.", parameters: [id] + SignIn.operator,
        examples: ["egovctl messages replay 0199b6f0-7c00-7000-8000-000000000001"], exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let id = try arguments[id]
        let service = try await find(arguments, platform).service
        let message = try await platform.asking { try await $0.call(Operations.parkedReplay(for: service), ParkedID(id: id), as: token) }
        try platform.show(message) { lines(message) }
    }

    private static let reason = Option<LongText>("reason", "Why it is given up; it is kept.", value: "text", parse: { try LongText($0) })

    static let discard = Command(
        "discard", "Give a message up, with a reason.", parameters: [id, reason] + SignIn.operator,
        examples: ["egovctl messages discard 0199b6f0-7c00-7000-8000-000000000001 --reason \"Sent by mistake, see incident 12\""],
        exitCodes: exitCodes
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let given = ParkedDiscard(id: try arguments[id], reason: try arguments[reason])
        let service = try await find(arguments, platform).service
        let message = try await platform.asking { try await $0.call(Operations.parkedDiscard(for: service), given, as: token) }
        try platform.show(message) { lines(message) }
    }

    /// Whichever service has the message.
    private static func find(_ arguments: Arguments, _ platform: Platform) async throws -> (service: ServiceName, detail: ParkedDetail) {
        let token = try SignIn.operator(arguments, platform)
        let id = try arguments[id]
        let services = platform.services.map(\.name)
        return try await platform.asking { client in
            for service in services {
                if let detail = try await client.ifFound(Operations.parkedShow(for: service), ParkedID(id: id), as: token) {
                    return (service, detail)
                }
            }
            throw CommandFailure("no service has parked the message \(id.text)", advice: "egovctl messages list")
        }
    }
}

