import EventLoop
import FoundationEssentials
import Glibc
import TestSupport

/// A PostgreSQL or a broker of a test's own, to be taken away, by `deploy/servers.sh`.
@Loop final class OwnServers {
    enum Part: String { case postgres, broker }

    let folder: String
    private let part: Part
    private var calls = 0
    private var frozen: [pid_t] = []

    /// Runs `body` with a server of its own, and removes that whatever happens.
    ///
    /// - Parameter archive: whether the PostgreSQL has backups and an archive of its WAL, in ``backups``; and whether its commits
    ///   wait for that.
    nonisolated static func run(_ part: Part, archive: Archive = .none, _ body: @escaping @Loop @Sendable (OwnServers) async throws -> Void) async throws {
        try await Loop.run {
            let servers = OwnServers(part, archive)
            do {
                try await servers.guarded()
                try await servers.start()
                try await body(servers)
            } catch {
                servers.thaw()
                _ = try? await servers.script("remove")
                throw error
            }
            try await servers.script("remove")
            servers.removeLogs()
        }
    }

    enum Archive { case none, afterwards, synchronous }

    private let archive: Archive
    var backups: String { "\(folder)/backup" }
    var dataDirectory: String { "\(folder)/postgres" }

    private init(_ part: Part, _ archive: Archive) {
        self.part = part
        self.archive = archive
        folder = "\(Platform.variable("TEST_STATE") ?? "/tmp")/own-\(UUID().uuidString.lowercased().prefix(8))"
    }

    func start() async throws { try await script("start", part.rawValue) }

    /// Ends it as a crash would.
    func kill() async throws { try await script("kill", part.rawValue) }

    /// Lets all processes of the PostgreSQL stand still, with every connection open, until ``thaw()``.
    func freeze() async throws {
        let file = FileManager.default.contents(atPath: "\(folder)/postgres/postmaster.pid").map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let postmaster = file.split(separator: "\n").first.flatMap({ pid_t($0) }) else { throw NoAddress() }
        let children = try String(contentsOfFile: "/proc/\(postmaster)/task/\(postmaster)/children", encoding: .utf8)
        frozen = [postmaster] + children.split(separator: " ").compactMap { pid_t($0) }
        for pid in frozen { Glibc.kill(pid, SIGSTOP) }
    }

    func thaw() {
        for pid in frozen { Glibc.kill(pid, SIGCONT) }
        frozen = []
    }

    /// `TEST_DATABASE_URL` or `TEST_KAFKA_BOOTSTRAP` of this one.
    func address() async throws -> String {
        for line in try await script("env").split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == (part == .postgres ? "TEST_DATABASE_URL" : "TEST_KAFKA_BOOTSTRAP") { return String(parts[1]) }
        }
        throw NoAddress()
    }

    @discardableResult
    private func script(_ arguments: String...) async throws -> String {
        calls += 1
        return try await ChildProcess.run(
            ["\(Platform.root)/deploy/servers.sh"] + arguments, environment: environment, log: "\(folder)-\(calls).log")
    }

    private func removeLogs() {
        for log in (1...calls).map({ "\(folder)-\($0).log" }) + ["\(folder)-watch.log"] { try? FileManager.default.removeItem(atPath: log) }
    }

    private var environment: [String: String] {
        var environment = ["SHANYRAQ_STATE": folder, "HOME": Platform.variable("HOME") ?? "/tmp"]
        // The broker that runs for the tests may be one that was downloaded.
        let downloaded = Platform.variable("TEST_STATE").flatMap { state in
            let found = try? FileManager.default.contentsOfDirectory(atPath: "\(state)/downloads").first { $0.hasPrefix("kafka_") && !$0.contains(".tgz") }
            return found.map { "\(state)/downloads/\($0)" }
        }
        if archive != .none { environment["BACKUP_DIRECTORY"] = backups }
        if archive == .synchronous { environment["SYNCHRONOUS_ARCHIVE"] = "1" }
        environment["KAFKA_HOME"] = Platform.variable("KAFKA_HOME") ?? downloaded
        return environment
    }

    /// Servers outlive who started them: should the test process be killed, a watcher removes them.
    private func guarded() async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let watch = #"while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 1; done; [ ! -d "$2" ] || SHANYRAQ_STATE="$2" "$3" remove"#
        try await ChildProcess.run(
            ["setsid", "--fork", "sh", "-c", watch, "watch", "\(getpid())", folder, "\(Platform.root)/deploy/servers.sh"],
            environment: environment, log: "\(folder)-watch.log")
    }
}

struct NoAddress: Error {}
