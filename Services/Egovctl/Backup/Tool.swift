import CommandLine
import Glibc

/// A program of others, run to its end: PostgreSQL's own tools.
struct Tool: Sendable {
    let words: [String]

    /// PostgreSQL's tools refuse root, and its files belong to the system user `postgres`.
    static func asServer(_ words: [String]) -> Tool {
        // From a folder where that user can be.
        Tool(words: (geteuid() == 0 ? ["env", "-C", "/", "runuser", "-u", "postgres", "--"] : []) + words)
    }

    /// What it wrote to standard output.
    ///
    /// - Parameter onNote: gets what it writes to standard error, a line at a time; carriage returns end lines too.
    /// - Throws: ``CommandFailure`` with the end of its standard error, when it ends otherwise than with 0.
    @discardableResult
    func run(onNote: (Substring) -> Void = { _ in }) throws -> String {
        let (output, notes) = (try Self.pipe(), try Self.pipe())
        defer { for descriptor in [output[0], notes[0]] { close(descriptor) } }
        let process: pid_t
        do { process = try start(output[1], notes[1]) } catch {
            for descriptor in [output[1], notes[1]] { close(descriptor) }
            throw error
        }
        for descriptor in [output[1], notes[1]] { close(descriptor) }
        var texts: [[UInt8]] = [[], []]
        var open = [pollfd(fd: output[0], events: Int16(POLLIN), revents: 0), pollfd(fd: notes[0], events: Int16(POLLIN), revents: 0)]
        var told = 0
        while open.contains(where: { $0.fd >= 0 }) {
            guard poll(&open, 2, -1) >= 0 || errno == EINTR else { break }
            for index in open.indices where open[index].revents != 0 {
                var chunk = [UInt8](repeating: 0, count: 1 << 14)
                let count = read(open[index].fd, &chunk, chunk.count)
                if count > 0 { texts[index] += chunk[..<count] } else if count == 0 || errno != EINTR { open[index].fd = -1 }
            }
            while let end = texts[1][told...].firstIndex(where: { $0 == 10 || $0 == 13 }) {
                onNote(Substring(decoding: texts[1][told..<end], as: UTF8.self))
                told = end + 1
            }
        }
        let status = Self.wait(process)
        guard status == 0 else {
            let last = String(decoding: texts[1].suffix(2000), as: UTF8.self).split(whereSeparator: \.isNewline).suffix(5).joined(separator: " | ")
            throw CommandFailure("\(name) ended with \(status)\(last.isEmpty ? "" : ": \(last)")")
        }
        return String(decoding: texts[0], as: UTF8.self)
    }

    /// The program's name, without whom it runs as.
    private var name: String {
        let word = words.first == "env" ? words.dropFirst(7).first : words.first
        return word?.split(separator: "/").last.map(String.init) ?? ""
    }

    private static func pipe() throws -> [Int32] {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw Files.failure("cannot make a pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return ends
    }

    private func start(_ output: Int32, _ notes: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, notes, 2)
        var process = pid_t()
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let failure = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
        guard failure == 0 else { throw CommandFailure("cannot run \(words[0]): \(String(cString: strerror(failure)))") }
        return process
    }

    private static func wait(_ process: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 { guard errno == EINTR else { return -1 } }
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}
