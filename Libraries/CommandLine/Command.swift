/// A command or a group of commands, as a plain value.
/// ```swift
/// let limit = Option("limit", short: "n", "How many are shown.", default: 20).within(1...1000)
/// let list = Command("list", "List the applications.", parameters: [limit, Flag.json],
///     examples: ["egovctl applications list -n 5"]) { arguments in
///     let limit = try arguments[limit]
///     …
/// }
/// @main struct Main { static func main() async { await Command("egovctl", "…", version: "1.0", subcommands: [list]).main() } }
/// ```
public struct Command: Sendable {
    /// An example of use: the line as typed, and what it is for.
    public struct Example: Sendable, ExpressibleByStringLiteral {
        let line: String
        let purpose: String?

        public init(_ line: String, _ purpose: String? = nil) {
            self.line = line
            self.purpose = purpose
        }
        public init(stringLiteral value: String) { self.init(value) }
    }

    public let name: String
    /// What it does, in one sentence.
    public let abstract: String
    let discussion: String
    let version: String?
    let parameters: [any Parameter]
    let examples: [Example]
    let exitCodes: [(code: ExitCode, meaning: String)]
    public let subcommands: [Command]
    let action: (@Sendable (Arguments) async throws -> Void)?

    /// A command that does something.
    /// - Parameters:
    ///   - discussion: More of what it is, shown below the first sentence of its help; paragraphs parted by an empty line.
    ///   - exitCodes: What codes beyond 0, 1 and 2 mean.
    public init(
        _ name: String, _ abstract: String, discussion: String = "", version: String? = nil, parameters: [any Parameter] = [],
        examples: [Example] = [], exitCodes: KeyValuePairs<ExitCode, String> = [:],
        action: @escaping @Sendable (Arguments) async throws -> Void
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.version = version
        self.parameters = parameters
        self.examples = examples
        self.exitCodes = exitCodes.map { ($0.key, $0.value) }
        subcommands = []
        self.action = action
    }

    /// A group of commands. Its options hold for all of them and may stand before or after their names.
    public init(
        _ name: String, _ abstract: String, discussion: String = "", version: String? = nil, parameters: [any Parameter] = [],
        examples: [Example] = [], subcommands: [Command]
    ) {
        self.name = name
        self.abstract = abstract
        self.discussion = discussion
        self.version = version
        self.parameters = parameters
        self.examples = examples
        exitCodes = []
        self.subcommands = subcommands
        action = nil
    }
}
