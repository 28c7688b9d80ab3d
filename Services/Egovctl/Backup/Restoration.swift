import CommandLine
import Contracts
import Glibc

/// One restore: what is checked first, what will be done, and the doing.
struct Restoration: Sendable {
    let folder: BackupFolder
    let backup: Backup
    let moment: Timestamp?
    let directory: String
    let old: String?
    let tools: PostgresTools
    let terminal: Terminal

    struct Outcome: Codable, Sendable {
        var directory: String
        var backup: String
        var lastCommit: Timestamp?
        var lsn: String
        var timeline: String
    }

    /// Nothing may run, and nothing may be there.
    func check() throws {
        if Files.exists("\(directory)/PG_VERSION") || Files.exists("\(directory)/postmaster.pid") || !Files.names(directory).isEmpty {
            throw CommandFailure(
                tools.isRunning(directory) ? "a server runs on \(directory)" : "\(directory) is not empty",
                advice: "deploy/down.sh, then: mv \(directory) \(directory).lost; and --old-cluster \(directory).lost, if it can still be read",
                exitCode: .refused)
        }
        if let old {
            guard Files.isFolder("\(old)/pg_wal") else { throw CommandFailure("\(old) is no cluster: it has no pg_wal/") }
            if tools.isRunning(old) { throw CommandFailure("a server runs on \(old)", advice: "deploy/down.sh", exitCode: .refused) }
        }
    }

    var plan: [String] {
        aligned([
            ("from", "\(folder.base)/\(backup.name), of \(backup.ended), \(BackupCommand.size(backup.bytes))"),
            ("to", moment.map { "the last commit at or before \($0)" } ?? "the last WAL there is"),
            ("WAL", [folder.wal, Files.names(folder.live).isEmpty ? nil : folder.live, old.map { "\($0)/pg_wal" }].compactMap(\.self).joined(separator: ", ")),
            ("into", directory),
        ])
    }

    func run() throws -> Outcome {
        terminal.note("verifying the backup")
        try tools.tool("pg_verifybackup", "-q", "\(folder.base)/\(backup.name)/data").run()
        try Salvage(folder: folder, old: old).run()
        terminal.note("copying \(BackupCommand.size(backup.bytes))")
        try copy()
        let outcome = try Recovery(restoration: self).run()
        // All of it is in the archive by now, and the next receiver begins on the new timeline.
        if !Files.names(folder.live).isEmpty { try Tool.asServer(["find", folder.live, "-mindepth", "1", "-delete"]).run() }
        return outcome
    }

    private func copy() throws {
        // The folder itself may be a link, or belong where only root may make one.
        if !Files.isFolder(directory) {
            try Tool(words: ["mkdir", "-m", "700", "--", directory]).run()
            if geteuid() == 0 { try Tool(words: ["chown", "postgres:", directory]).run() }
        }
        try Tool.asServer(["cp", "-a", "--reflink=auto", "\(folder.base)/\(backup.name)/data/.", directory]).run()
        try Tool.asServer(["chmod", "700", directory]).run()
        try Tool.asServer(["sync", "-f", directory]).run()
    }
}

/// Brings into the archive what a lost cluster had not archived: then the archive alone is enough, now and for every later restore.
struct Salvage: Sendable {
    let folder: BackupFolder
    let old: String?

    func run() throws {
        if let old {
            let wal = "\(old)/pg_wal"
            for name in Files.names(wal) where WAL.isSegment(name) || name.hasSuffix(".history") {
                let isFull = Files.exists("\(wal)/archive_status/\(name).ready")
                if Files.exists("\(wal)/archive_status/\(name).done") { continue }
                // The last ones: the one that was written, and others made ready for later, in which recovery finds its end.
                try keep("\(wal)/\(name)", as: isFull ? name : name + WAL.salvaged)
            }
        }
        for name in Files.names(folder.live) {
            if WAL.isSegment(name) || name.hasSuffix(".history") {
                try keep("\(folder.live)/\(name)", as: name)
            } else if name.hasSuffix(".partial"), WAL.isSegment(String(name.dropLast(8))) {
                try keep("\(folder.live)/\(name)", as: name.dropLast(8) + WAL.salvaged)
            }
        }
    }

    private func keep(_ file: String, as name: String) throws {
        guard !Files.exists("\(folder.wal)/\(name)") else { return }
        try Tool.asServer(["sh", "\(folder.path)/archive-wal", file, "\(folder.wal)/\(name)"]).run()
    }
}
