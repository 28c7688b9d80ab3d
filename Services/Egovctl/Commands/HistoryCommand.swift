import CommandLine
import Contracts
import EventLoop

/// Who read my data.
enum HistoryCommand {
    private static let limit = Option("limit", short: "n", "How many of each service are shown at most.", default: 50).within(1...100)

    static let history = Command(
        "history", "Who read or changed a citizen's data, in what capacity, for which case, on what basis.",
        discussion: "Asks every service that holds personal data, or those named by --service. The look itself is an access too, and is shown next time.",
        parameters: SignIn.citizen + [limit],
        examples: ["egovctl history --iin 850315300019", "egovctl history --iin 850315300019 --service natural-persons --json"],
        exitCodes: [.unavailable: "a service does not answer", .refused: "refused by a right or a rule"]
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.person(arguments, platform, mayBeOfficial: false)
        let page = PageRequest(limit: try arguments[limit])
        let found = try await platform.asking { try await entries(of: platform.services.map(\.name), page, token, $0) }
        guard !platform.asJSON else { return platform.write(.array(try found.map { try tree($0.service, $0.entry) })) }
        var table = Table(["AT", "HELD BY", "READER", "FOR BODY", "WHAT", "CASE", "BASIS", "FIELDS", "OUTCOME"], empty: "Nobody did.")
        for (service, entry) in found {
            table.add([
                .init(entry.at), .text(service.rawValue), .text(entry.service?.rawValue ?? entry.capacity.rawValue),
                .init(entry.body?.rawValue), .text(entry.operation), .init(entry.case), .init(entry.basis),
                .text(entry.fields.joined(separator: ", ")), .text(entry.outcome.rawValue),
            ])
        }
        platform.terminal.write(table)
    }

    @Loop private static func entries(
        of services: [ServiceName], _ page: PageRequest, _ token: String, _ client: ServiceClient
    ) async throws -> [(service: ServiceName, entry: AccessHistory.Entry)] {
        var found: [(service: ServiceName, entry: AccessHistory.Entry)] = []
        for service in services {
            let entries = try await client.call(AccessHistory.operation(for: service), page, as: token).items
            found += entries.map { (service, $0) }
        }
        return found.sorted { $0.entry.at > $1.entry.at }
    }

    private static func tree(_ service: ServiceName, _ entry: AccessHistory.Entry) throws -> JSONValue {
        guard case .object(var members) = try JSON.tree(entry) else { return .null }
        members["heldBy"] = .string(service.rawValue)
        return .object(members)
    }
}
