import EventLoop
import FoundationEssentials
import Glibc

/// A process of the test's own, with its output in a file.
///
/// It dies with the test process, whatever becomes of that: it is started through `setpriv --pdeathsig`, which leaves the
/// process id as it is.
@Loop final class ChildProcess {
    let logFile: String
    let pid: pid_t
    private var status: Int32?

    init(_ command: [String], environment: [String: String], log: String) throws {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        for descriptor in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // The loop's thread blocks signals and ignores SIGPIPE; the child begins as if from a shell.
        var none = sigset_t(), piped = sigset_t()
        sigemptyset(&none)
        sigemptyset(&piped)
        sigaddset(&piped, SIGPIPE)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &piped)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var environment = environment
        environment["PATH"] = environment["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        let arguments = ["setpriv", "--pdeathsig", "KILL", "--"] + command
        var pid = pid_t()
        let failure = withCStrings(arguments) { arguments in
            withCStrings(environment.map { "\($0)=\($1)" }) { environment in
                posix_spawn(&pid, "/usr/bin/setpriv", &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else { throw ProcessFailure(command: command, reason: "error \(failure)", log: "") }
        self.pid = pid
        logFile = log
    }

    /// Runs a command to its end.
    ///
    /// - Throws: ``ProcessFailure`` with what it wrote, when it ends otherwise than with 0.
    @discardableResult
    static func run(_ command: [String], environment: [String: String], log: String) async throws -> String {
        let process = try ChildProcess(command, environment: environment, log: log)
        let code = await process.ended()
        let text = process.log
        guard code == 0 else { throw ProcessFailure(command: command, reason: "ended with \(code)", log: text) }
        return text
    }

    var log: String { FileManager.default.contents(atPath: logFile).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    var isRunning: Bool {
        reap()
        return status == nil
    }

    /// Sends a signal, if it still runs.
    func signal(_ number: Int32) {
        guard isRunning else { return }
        kill(pid, number)
    }

    /// Waits for its end: the exit code, or 128 and the signal, as a shell says it.
    func ended() async -> Int32 {
        while isRunning { try? await Task.sleep(for: .milliseconds(5)) }
        let status = status ?? 0
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    /// Ends it as a crash or the kernel would, and waits for that.
    func crash() async {
        signal(SIGKILL)
        _ = await ended()
    }

    private func reap() {
        guard status == nil else { return }
        var status: Int32 = 0
        if waitpid(pid, &status, WNOHANG) == pid { self.status = status }
    }
}

struct ProcessFailure: Error, CustomStringConvertible {
    var command: [String]
    var reason: String
    var log: String
    var description: String { "\(command.joined(separator: " ")): \(reason)\n\(log.suffix(3000))" }
}

private func withCStrings<R>(_ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> R) -> R {
    let strings = texts.map { strdup($0) }
    defer { for string in strings { free(string) } }
    return body(strings + [nil])
}
