import Synchronization

@testable import CommandLine

enum Format: String, CaseIterable, ArgumentValue { case csv, lines }

/// A command tree with one of everything.
enum Sample {
    static let url = Option("url", "Where the service is.", default: "http://localhost", environment: "EGOV_URL")
    static let limit = Option("limit", short: "n", "How many are shown.", default: 20, environment: "EGOV_LIMIT").within(
        -5...1000)
    static let topic = Option<[String]>("topic", short: "t", "Only this topic.")
    static let format = Option<Format?>("format", "How the file is written.")
    static let body = Option<String>("body", "The deciding body.", value: "body", environment: "EGOV_BODY")
    static let wait = Option("wait", "How long to wait.", default: Duration.seconds(5))
    static let even = Option<Int?>(
        "even", "An even number.",
        parseIfGiven: { word in
            guard let number = Int(word), number % 2 == 0 else { throw ValueFault("\"\(word)\" is odd") }
            return number
        })
    static let quiet = Flag("quiet", short: "q", "Say less.", environment: "EGOV_QUIET")
    static let number = Argument<String>("number", "The application's number.")
    static let files = Argument<[String]>("file", "A file to import.", completion: .files)
    static let target = Argument<String>("target", "Where to.")
    static let place = Argument("place", "Which place.", default: 7)

    static let list = Command(
        "list", "List the applications.", discussion: "Newest first.\n\nNobody else's are shown.",
        parameters: [limit, topic, format, wait, even, quiet, Flag.json],
        examples: [.init("egovctl applications list -n 5", "The last five:"), "egovctl applications list --json"],
        exitCodes: [.unavailable: "the service does not answer"]
    ) { arguments in
        try arguments.terminal.write("limit \(arguments[limit]) url \(arguments[url])")
    }
    static let decide = Command("decide", "Decide an application.", parameters: [body, number]) { _ in
        throw CommandFailure("the deadline has passed", advice: "look at the case", exitCode: .refused)
    }
    static let copy = Command("copy", "Copy files.", parameters: [files, target]) { _ in throw CancellationError() }
    static let go = Command("go", "Go there.", parameters: [place]) { arguments in _ = try arguments[limit] }
    static let root = Command(
        "egovctl", "The operators' tool.", version: "1.2.3", parameters: [url],
        subcommands: [
            Command("applications", "What citizens asked for.", subcommands: [list, decide]), copy, go,
        ])
}

/// What a command wrote.
final class Recording: Sendable {
    private let pieces = Mutex<[(Terminal.Stream, String)]>([])

    func terminal(width: Int = 80, isInteractive: Bool = false, isColoured: Bool = false) -> Terminal {
        Terminal(width: width, isInteractive: isInteractive, isColoured: isColoured) { stream, text in
            self.pieces.withLock { $0.append((stream, text)) }
        }
    }

    func text(_ stream: Terminal.Stream) -> String {
        pieces.withLock { $0 }.filter { $0.0 == stream }.map(\.1).joined()
    }
}

/// Runs a line of the sample.
func run(_ line: String, environment: [String: String] = [:]) async -> (code: ExitCode, output: String, error: String) {
    let recording = Recording()
    let code = await Sample.root.run(
        line.split(separator: " ").map(String.init), environment: environment, on: recording.terminal())
    return (code, recording.text(.output), recording.text(.error))
}

/// The arguments that a line of the sample gives, or the error it makes.
func arguments(_ line: String, environment: [String: String] = [:]) throws -> Arguments {
    let words = line.split(separator: " ").map(String.init)
    guard case .run(_, _, let values) = try Sample.root.parse(words, environment: environment) else {
        throw ValueFault("the line does not run a command")
    }
    return values.arguments(writingTo: Recording().terminal())
}
