import CommandLine
import Contracts
import Glibc

/// Backups of the PostgreSQL cluster, by PostgreSQL's own tools.
enum BackupCommand {
    private static let keep = Option(
        "keep", "So many backups are kept; older ones go, with the WAL that only they need.", default: 7
    ).within(1...1000)

    static let backup = Command(
        "backup", "Make a base backup of the cluster, verify it, and let old ones go.",
        discussion: """
            The backup is made by pg_basebackup while everything runs, verified by pg_verifybackup, and stands in its place only then. With the \
            archive of the WAL (archive_command, and pg_receivewal where the archive is synchronous) the cluster can be restored to any moment \
            since: egovctl restore. Run it every night; it needs no maintenance window.

            Keys and the configuration are not in it: keep .state/keys and .state/config, or their like, elsewhere too. Kafka is not in it.
            """,
        parameters: [BackupFolder.directory, PostgresTools.url, PostgresTools.binaries, keep],
        examples: ["egovctl backup", "egovctl backup --keep 14 --json", "BACKUP_DIRECTORY=/mnt/backup egovctl backup"],
        exitCodes: [.unavailable: "PostgreSQL does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let folder = try BackupFolder(arguments)
        let tools = try PostgresTools(arguments)
        guard let url = try arguments[PostgresTools.url] else {
            throw CommandFailure("it is not said where PostgreSQL is", advice: "--postgres URL of its superuser, or deploy/egovctl backup", exitCode: .usage)
        }
        let lock = try FolderLock(folder.path)
        defer { lock.release() }
        let maker = BackupMaker(folder: folder, tools: tools, url: url, terminal: platform.terminal)
        let backup = try maker.make()
        let gone = try maker.retain(try arguments[keep])
        if try maker.isArchiving() == false {
            platform.terminal.note("this cluster archives no WAL: only the moment of the backup can be restored. BACKUP_DIRECTORY=\(folder.path) deploy/up.sh turns it on")
        }
        try platform.show(backup) {
            aligned([
                ("backup", "\(folder.base)/\(backup.name), verified"), ("ended", "\(backup.ended)"), ("size", size(backup.bytes)),
                ("removed", gone.isEmpty ? nil : gone.joined(separator: ", ")),
            ])
        }
    }

    static let backups = Command(
        "backups", "The backups that there are, and to which moments they reach.",
        parameters: [BackupFolder.directory], examples: ["egovctl backups", "egovctl backups --json | jq -r '.[-1].name'"]
    ) { arguments in
        let platform = try Platform(arguments)
        let folder = try BackupFolder(arguments)
        var table = Table(["NAME", "BEGAN", "ENDED", .init("SIZE", .right, key: "bytes"), "FIRST WAL", "VERSION"], empty: "There are no backups.")
        for backup in try folder.backups() {
            table.add([
                .text(backup.name), .init(backup.began), .init(backup.ended), platform.asJSON ? .int(Int(backup.bytes)) : .text(size(backup.bytes)),
                .text(backup.firstWAL), .text(backup.version),
            ])
        }
        platform.terminal.write(table, asJSON: platform.asJSON)
        if !platform.asJSON, let last = Files.names(folder.wal).last(where: { WAL.isSegment($0) }) {
            platform.terminal.note("the archive reaches to \(last)\(Files.names(folder.live).isEmpty ? "" : "; live/ beyond it")")
        }
    }

    static func size(_ bytes: Int64) -> String {
        bytes < 10 << 20 ? "\(bytes >> 10) KiB" : bytes < 10 << 30 ? "\(bytes >> 20) MiB" : "\(bytes >> 30) GiB"
    }
}

/// One backup or restore at a time in a folder.
struct FolderLock {
    private let descriptor: Int32

    init(_ folder: String) throws {
        descriptor = open("\(folder)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw Files.failure("cannot write to \(folder)") }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandFailure("another backup or restore works in \(folder)", advice: "wait for it to end")
        }
    }

    func release() { close(descriptor) }
}

/// The names of WAL files.
enum WAL {
    /// How a segment ends that was saved before it was full: PostgreSQL has its own use for `.partial`.
    static let salvaged = ".salvaged"

    static func isSegment(_ name: String) -> Bool { name.utf8.count == 24 && name.utf8.allSatisfy(isHex) }

    private static func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) }
}
