import EventLoop
import FoundationEssentials
import Glibc
import TestSupport

/// A PostgreSQL or a broker of a test's own, to be taken away, by `deploy/servers.sh`.
@Loop final class OwnServers {
    enum Part: String { case postgres, broker }

    let folder: String
    private let part: Part
    private let settings: [String: String]
    private var calls = 0
    private var frozen: [pid_t] = []

    /// Runs `body` with a server of its own, and removes that whatever happens.
    ///
    /// - Parameters:
    ///   - settings: more of what `deploy/servers.sh` takes from its environment.
    ///   - archive: whether the PostgreSQL has backups and an archive of its WAL, in ``backups``; and whether its commits wait for that.
    nonisolated static func run(
        _ part: Part, _ settings: [String: String] = [:], archive: Archive = .none,
        _ body: @escaping @Loop @Sendable (OwnServers) async throws -> Void
    ) async throws {
        try await Loop.run {
            let servers = OwnServers(part, settings, archive)
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

    private init(_ part: Part, _ settings: [String: String], _ archive: Archive) {
        self.part = part
        self.settings = settings
        self.archive = archive
        folder = "\(Platform.variable("TEST_STATE") ?? "/tmp")/own-\(UUID().uuidString.lowercased().prefix(8))"
    }

    func start() async throws { try await script("start", part.rawValue) }

    /// Ends it as a crash would.
    func kill() async throws { try await script("kill", part.rawValue) }

    /// Ends it in order.
    func stop() async throws { try await script("stop", part.rawValue) }

    /// `kill -9` of its first process and nothing else: what the others do then is their affair.
    func killFirstProcess() async throws {
        let all = try processes()
        Glibc.kill(all[0], SIGKILL)
        let deadline = ContinuousClock.now + .seconds(30)
        while all.contains(where: { Glibc.kill($0, 0) == 0 && !isZombie($0) }) {
            // One that stands still does not see that its parent is gone; it would hold the memory that the next start needs.
            if ContinuousClock.now > deadline { for pid in all { Glibc.kill(pid, SIGKILL) } }
            try await Loop.sleep(for: .milliseconds(50))
        }
    }

    /// The first process and its children.
    func processes() throws -> [pid_t] {
        let place = part == .postgres ? "postgres/postmaster.pid" : "run/kafka.pid"
        let file = FileManager.default.contents(atPath: "\(folder)/\(place)").map { String(decoding: $0, as: UTF8.self) } ?? ""
        guard let first = file.split(whereSeparator: \.isWhitespace).first.flatMap({ pid_t($0) }) else { throw NoAddress() }
        // It may have ended since.
        let children = (try? String(contentsOfFile: "/proc/\(first)/task/\(first)/children", encoding: .utf8)) ?? ""
        return [first] + children.split(separator: " ").compactMap { pid_t($0) }
    }

    private func isZombie(_ pid: pid_t) -> Bool {
        (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8))?.contains(") Z ") ?? true
    }

    /// Lets all its processes stand still, with every connection open, until ``thaw()``.
    func freeze() async throws {
        frozen = try processes()
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

    /// The port of the address.
    func port() async throws -> LoopbackPort {
        let mark = part == .postgres ? "port=" : ":"
        guard let digits = try await address().split(separator: mark).last?.prefix(while: \.isNumber), let number = UInt16(digits) else {
            throw NoAddress()
        }
        return LoopbackPort(number: number)
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
        environment.merge(settings) { $1 }
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
