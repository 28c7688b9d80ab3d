import EventLoop
import FoundationEssentials
import Glibc
import TestSupport

/// A file system of a few megabytes, in memory, that belongs to the user who runs PostgreSQL.
@Loop struct SmallDisk {
    let path: String

    /// Whether this process may mount one: it tries.
    nonisolated static func isPermitted() async throws -> Bool {
        guard geteuid() == 0 else { return false }
        return try await Loop.run {
            do { try await run(megabytes: 1) { _ in } } catch { return false }
            return true
        }
    }

    static func run(megabytes: Int, _ body: @Loop (SmallDisk) async throws -> Void) async throws {
        let disk = SmallDisk(path: "/tmp/shanyraq-disk-\(UUID().uuidString.lowercased().prefix(8))")
        try FileManager.default.createDirectory(atPath: disk.path, withIntermediateDirectories: false)
        defer { rmdir(disk.path) }
        try await disk.command("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m,mode=700,uid=postgres,gid=postgres", "tmpfs", disk.path)
        do {
            try await body(disk)
        } catch {
            try await disk.command("umount", "--lazy", disk.path)
            throw error
        }
        try await disk.command("umount", "--lazy", disk.path)
    }

    private func command(_ words: String...) async throws {
        let log = "\(path).log"
        try await ChildProcess.run(words, environment: [:], log: log)
        unlink(log)
    }
}
