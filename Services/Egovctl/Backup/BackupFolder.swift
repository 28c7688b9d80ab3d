import CommandLine
import Contracts

/// BACKUP_DIRECTORY: base backups in `base/`, the archive of the WAL in `wal/`, and in `live/` what has not been archived yet,
/// where the archive is synchronous.
struct BackupFolder: Sendable {
    static let directory = Option<String?>(
        "backup-directory", "Where backups and the archive of the WAL are, best on another disk.", value: "folder",
        environment: "BACKUP_DIRECTORY", completion: .folders)

    let path: String

    init(_ arguments: Arguments) throws {
        guard let path = try arguments[Self.directory].map(Files.absolute) else {
            throw CommandFailure(
                "it is not said where backups are", advice: "BACKUP_DIRECTORY=/somewhere deploy/up.sh, or --backup-directory", exitCode: .usage)
        }
        guard Files.isFolder("\(path)/base"), Files.isFolder("\(path)/wal") else {
            throw CommandFailure("\(path) is no folder of backups: it has no base/ and wal/", advice: "BACKUP_DIRECTORY=\(path) deploy/up.sh makes them")
        }
        self.path = path
    }

    var base: String { "\(path)/base" }
    var wal: String { "\(path)/wal" }
    var live: String { "\(path)/live" }

    /// Those that are whole and verified, the oldest first: what is not finished has another name.
    func backups() throws -> [Backup] {
        try Files.names(base).filter { !$0.hasSuffix(".part") && Files.exists("\(base)/\($0)/backup.json") }.map { name in
            try JSON.decode(Backup.self, from: try Files.bytes("\(base)/\(name)/backup.json", limit: 64 << 10), unknown: .ignore)
        }.sorted { $0.began < $1.began }
    }

    /// The newest that was finished before a moment.
    func newest(before moment: Timestamp?, named name: String?) throws -> Backup {
        let all = try backups()
        if let name {
            guard let backup = all.first(where: { $0.name == name }) else {
                throw CommandFailure("there is no backup \(name)", advice: "egovctl backups lists them")
            }
            if let moment, backup.ended > moment { throw Self.tooLate(backup, moment) }
            return backup
        }
        guard let oldest = all.first else { throw CommandFailure("there is no backup in \(base)", advice: "egovctl backup makes one") }
        guard let moment else { return all.last ?? oldest }
        guard let backup = all.last(where: { $0.ended <= moment }) else { throw Self.tooLate(oldest, moment) }
        return backup
    }

    private static func tooLate(_ backup: Backup, _ moment: Timestamp) -> CommandFailure {
        CommandFailure(
            "the backup \(backup.name) ended at \(backup.ended), after \(moment)", advice: "choose a later moment, or an older backup: egovctl backups")
    }
}

/// What is known of a base backup: `backup.json` beside its files.
struct Backup: Codable, Sendable, Hashable {
    /// The moment it began, as a name.
    var name: String
    var began: Timestamp
    /// From then on the cluster can be restored to any moment.
    var ended: Timestamp
    var bytes: Int64
    /// The first WAL file that it needs.
    var firstWAL: String
    var version: String
}
