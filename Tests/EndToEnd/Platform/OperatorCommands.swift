import Contracts
import EventLoop
import FoundationEssentials

/// What an operator's command wrote and how it ended.
struct CommandOutcome: Sendable {
    var code: Int32
    var text: String

    var output: String

    /// The JSON that it wrote to standard output, before any note.
    func items() throws -> [JSONValue] { try JSON.parse(Array(output.utf8)).array ?? [] }

    /// Which checks of the doctor found something, without what is only due in weeks: the data of the law end when they end.
    func found() throws -> [String] { try items().filter { $0["kind"]?.string != "soon" }.compactMap { $0["check"]?.string } }
}

extension Platform {
    /// The platform's own command line against this platform, as an operator who is signed in.
    func egovctl(_ arguments: String..., environment extra: [String: String] = [:]) async throws -> CommandOutcome {
        let name = "egovctl-\(UUID().uuidString.prefix(6))"
        let places = services.map { "\($0.key)=http://\($0.value.address.isEmpty ? "127.0.0.1:1" : $0.value.address)" }.sorted().joined(separator: ",")
        var environment = [
            "KAFKA_BOOTSTRAP": options.kafkaBootstrap, "TOPIC_PREFIX": prefix, "EGOVCTL_SERVICES": places, "EGOVCTL_KEYS": folder,
        ]
        environment.merge(extra) { $1 }
        return try await Platform.egovctl(arguments, environment: environment, log: "\(folder)/\(name)")
    }

    /// Standard output and errors go to files of their own.
    nonisolated static func egovctl(_ arguments: [String], environment: [String: String], log: String) async throws -> CommandOutcome {
        try await Loop.run {
            let process = try ChildProcess(
                ["sh", "-c", #"out=$1; shift; exec "$@" >"$out""#, "egovctl", "\(log).out", "\(binaries)/egovctl"] + arguments,
                environment: environment, log: "\(log).log")
            let code = await process.ended()
            let output = FileManager.default.contents(atPath: "\(log).out").map { String(decoding: $0, as: UTF8.self) } ?? ""
            return CommandOutcome(code: code, text: output + process.log, output: output)
        }
    }
}
