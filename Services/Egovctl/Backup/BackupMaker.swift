import CommandLine
import Contracts
import Glibc

/// Makes a base backup beside its place, verifies it there, and moves it into place.
struct BackupMaker {
    let folder: BackupFolder
    let tools: PostgresTools
    let url: String
    let terminal: Terminal

    func make() throws -> Backup {
        let began = Timestamp.now
        let name = String("\(Timestamp(seconds: began.seconds))".filter { $0 != "-" && $0 != ":" })
        let part = "\(folder.base)/\(name).part"
        try clear()
        try Tool.asServer(["mkdir", "-m", "700", part]).run()
        do {
            try copy(to: "\(part)/data")
            terminal.note("verifying")
            try tools.tool("pg_verifybackup", "-q", "\(part)/data").run()
            let backup = Backup(
                name: name, began: began, ended: .now, bytes: try Self.bytes(part), firstWAL: try firstWAL("\(part)/data/backup_label"),
                version: try Files.text("\(part)/data/PG_VERSION", limit: 64).trimmed)
            try Files.write(JSON.write(try JSON.tree(backup), pretty: true), to: "\(part)/backup.json", mode: 0o644)
            // pg_basebackup has synced its files; the name is the last thing.
            try Tool.asServer(["sync", "-f", part]).run()
            guard rename(part, "\(folder.base)/\(name)") == 0 else { throw Files.failure("cannot put the backup into its place") }
            try Tool.asServer(["sync", folder.base]).run()
            return backup
        } catch {
            _ = try? Tool.asServer(["rm", "-rf", "--", part]).run()
            throw error
        }
    }

    /// What runs of before have left unfinished.
    private func clear() throws {
        for name in Files.names(folder.base) where name.hasSuffix(".part") { try Tool.asServer(["rm", "-rf", "--", "\(folder.base)/\(name)"]).run() }
    }

    private func copy(to data: String) throws {
        var bar: ProgressBar?
        var done = 0
        defer { bar?.finish() }
        do {
            try tools.tool(
                "pg_basebackup", "-d", url, "-D", data, "-X", "stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--progress", "--no-password"
            ).run { line in
                // "  12345/67890 kB (18%), 0/1 tablespace"
                let numbers = line.split(separator: " ").first?.split(separator: "/").compactMap { Int($0) } ?? []
                guard numbers.count == 2 else { return }
                if bar == nil { bar = ProgressBar("backup", of: max(numbers[1], numbers[0]), unit: "kB", on: terminal) }
                bar?.advance(by: max(0, numbers[0] - done))
                done = max(done, numbers[0])
            }
        } catch let failure as CommandFailure {
            guard failure.message.contains("could not connect") || failure.message.contains("connection to server") else { throw failure }
            throw CommandFailure(failure.message, advice: "start PostgreSQL, or say where it is: --postgres URL", exitCode: .unavailable)
        }
    }

    private static func bytes(_ path: String) throws -> Int64 {
        Int64(try Tool.asServer(["du", "-sb", path]).run().split(whereSeparator: \.isWhitespace).first ?? "") ?? 0
    }

    /// "START WAL LOCATION: 0/2000028 (file 000000010000000000000002)"
    private func firstWAL(_ label: String) throws -> String {
        let text = try Tool.asServer(["cat", label]).run()
        guard let name = text.split(whereSeparator: { " ()\n".contains($0) }).map(String.init).first(where: WAL.isSegment) else {
            throw CommandFailure("\(label) names no WAL file")
        }
        return name
    }

    func isArchiving() throws -> Bool { try tools.row(url, "SHOW archive_mode").first.map { $0 != "off" } ?? false }

    /// Keeps the newest backups, and of the WAL what the oldest of them needs.
    /// - Returns: the names of those that went.
    func retain(_ number: Int) throws -> [String] {
        let all = try folder.backups()
        let old = all.dropLast(number)
        for backup in old {
            // Under another name first: half a backup is none.
            let doomed = "\(folder.base)/\(backup.name).part"
            guard rename("\(folder.base)/\(backup.name)", doomed) == 0 else { throw Files.failure("cannot remove the backup \(backup.name)") }
            try Tool.asServer(["rm", "-rf", "--", doomed]).run()
        }
        if !old.isEmpty, let first = all.dropFirst(old.count).first?.firstWAL {
            try tools.tool("pg_archivecleanup", "-x", WAL.salvaged, folder.wal, first).run()
            if Files.isFolder(folder.live) { try tools.tool("pg_archivecleanup", folder.live, first).run() }
        }
        return old.map(\.name)
    }
}

extension String {
    fileprivate var trimmed: String { String(self[...].trimmingBlanks) }
}
