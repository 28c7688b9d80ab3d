import CommandLine
import Contracts
import Glibc

/// The cluster as it was, from a base backup and the WAL since.
enum RestoreCommand {
    private static let moment = Option<Timestamp?>(
        "to-time", "To this moment, 2015-12-01T06:00:00Z; to the last WAL there is unless given.", value: "time", parseIfGiven: { word in
            guard let moment = Timestamp(rfc3339: word) else { throw Fault("\"\(word)\" is no time like 2015-12-01T06:00:00Z") }
            return moment
        })
    private static let name = Option<String?>("backup", "From this backup; from the newest that fits unless given.", value: "name")
    private static let data = Option<String?>(
        "data-directory", "Where the cluster is to be; nothing may be there. deploy/egovctl knows it.", value: "folder",
        environment: "EGOVCTL_POSTGRES_DATA", completion: .folders)
    private static let old = Option<String?>(
        "old-cluster", "The lost cluster's data directory, moved away, where it can still be read: its last WAL is used too.", value: "folder",
        completion: .folders)
    private static let yes = Flag("yes", "Do it without asking.")

    static let restore = Command(
        "restore", "Restore the cluster, to the last WAL or to a moment.",
        discussion: """
            Stop everything first, and move what is left of the data directory away: nothing is ever overwritten. The backup is verified and \
            copied, recovery is run to its end, and the cluster is left stopped, ready to start: deploy/up.sh.

            To the last WAL nothing that was accepted is missing if the archive is synchronous, or the old pg_wal can still be read \
            (--old-cluster); else what was written in the last minute before the disk was lost (archive_timeout) is missing.

            After a restore to an earlier moment, egovctl doctor names what the topics know beyond it.
            """,
        parameters: [moment, name, BackupFolder.directory, data, old, PostgresTools.binaries, yes],
        examples: [
            "egovctl restore --yes", "egovctl restore --to-time 2027-03-01T08:30:00Z",
            "egovctl restore --old-cluster .state/postgres.lost --yes",
        ]
    ) { arguments in
        let platform = try Platform(arguments)
        let folder = try BackupFolder(arguments)
        guard let directory = try arguments[data].map(Files.absolute) else {
            throw CommandFailure("it is not said where the cluster is to be", advice: "--data-directory FOLDER", exitCode: .usage)
        }
        let moment = try arguments[moment]
        let backup = try folder.newest(before: moment, named: try arguments[name])
        let restoration = Restoration(
            folder: folder, backup: backup, moment: moment, directory: directory, old: try arguments[old].map(Files.absolute), tools: try PostgresTools(arguments),
            terminal: platform.terminal)
        try restoration.check()
        platform.terminal.note(restoration.plan.joined(separator: "\n"))
        if try !arguments[yes] { try agree() }
        let lock = try FolderLock(folder.path)
        defer { lock.release() }
        let outcome = try restoration.run()
        try platform.show(outcome) {
            aligned([
                ("restored", outcome.directory), ("from", outcome.backup), ("last commit", outcome.lastCommit.map { "\($0)" } ?? "none since the backup"),
                ("WAL up to", outcome.lsn), ("timeline", outcome.timeline), ("next", "deploy/up.sh, then deploy/egovctl doctor"),
            ])
        }
    }

    private static func agree() throws {
        guard isatty(0) == 1 else { throw CommandFailure("nobody is there to agree", advice: "--yes", exitCode: .usage) }
        _ = Glibc.write(2, "Do it? [y/N] ", 13)
        guard let answer = readLine(), ["y", "yes"].contains(answer.lowercased()) else { throw CommandFailure("not done: nobody agreed", exitCode: .usage) }
    }
}
