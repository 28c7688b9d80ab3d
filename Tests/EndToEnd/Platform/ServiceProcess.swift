import Contracts
import EventLoop
import Glibc
import HTTP
import TestSupport

/// One service as a process that can be killed and started again; it gets another port each time.
@Loop final class ServiceProcess {
    let name: ServiceName
    /// The service's name, with a number where it is not the first of several.
    let label: String
    private let binary: String
    private let environment: [String: String]
    private let folder: String
    private var process: ChildProcess?
    private var starts = 0
    private var commands = 0
    private let probe = HTTPClient()

    /// `127.0.0.1:port`; empty until it listens.
    private(set) var address = ""

    init(_ name: ServiceName, _ label: String, binary: String, environment: [String: String], folder: String) {
        self.name = name
        self.label = label
        self.binary = binary
        self.environment = environment
        self.folder = folder
    }

    var isRunning: Bool { process?.isRunning ?? false }
    var pid: pid_t? { process?.pid }

    /// Runs another command of the executable, such as `migrate`.
    @discardableResult
    func command(_ arguments: String...) async throws -> String {
        commands += 1
        return try await ChildProcess.run(
            [binary] + arguments, environment: environment, log: "\(folder)/\(label)-\(arguments[0])-\(commands).log")
    }

    /// Starts it; returns once it listens, which is before it is ready.
    func start() async throws {
        starts += 1
        let process = try ChildProcess([binary, "serve"], environment: environment, log: "\(folder)/\(label)-\(starts).log")
        self.process = process
        address = ""
        try await eventually("\(label) listens") {
            guard process.isRunning else { throw ProcessFailure(command: [binary, "serve"], reason: "ended", log: process.log) }
            guard let address = Self.listening(process.log) else { return false }
            self.address = address
            return true
        }
    }

    func ready() async throws {
        try await eventually("\(label) is ready") {
            guard let process, process.isRunning else {
                throw ProcessFailure(command: [binary, "serve"], reason: "ended", log: process?.log ?? "")
            }
            return await self.readiness() == 200
        }
    }

    /// The status of `/readyz`; nil when nobody answers.
    func readiness() async -> Int? {
        try? await probe.send(HTTPClientRequest("GET", url: "http://\(address)/readyz", timeout: .seconds(5))).status
    }

    /// `kill -9`.
    func crash() async {
        await process?.crash()
        address = ""
    }

    /// SIGSTOP: every connection stays open, nothing is done, until ``thaw()``.
    func freeze() { process?.signal(SIGSTOP) }

    func thaw() { process?.signal(SIGCONT) }

    /// SIGTERM, and SIGKILL when it takes longer than a service may.
    func stop() async { _ = await terminated() }

    /// SIGTERM; returns the exit code: 0, or 137 when it took longer than a service may and was killed.
    func terminated() async -> Int32 {
        guard let process else { return 0 }
        process.signal(SIGTERM)
        let end = Loop.timer(after: .seconds(15)) { process.signal(SIGKILL) }
        let code = await process.ended()
        end.cancel()
        return code
    }

    /// Everything that it has logged, over all its starts.
    var log: String { process?.log ?? "" }

    private static func listening(_ log: String) -> String? {
        for line in log.split(separator: "\n") where line.contains("\"listening\"") {
            guard let tree = try? JSON.parse(Array(line.utf8)), tree["message"]?.string == "listening" else { continue }
            return tree["address"]?.string
        }
        return nil
    }
}
