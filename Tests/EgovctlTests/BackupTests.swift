import CommandLine
import Contracts
import Glibc
import Testing

@testable import Egovctl

@Suite struct BackupTests {
    /// A folder as deploy/ makes it, gone afterwards.
    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder = try Tool(words: ["mktemp", "-d", "/tmp/egovctl-tests-XXXXXX"]).run().split(separator: "\n").map(String.init)[0]
        defer { _ = try? Tool(words: ["rm", "-rf", "--", folder]).run() }
        try Tool(words: ["mkdir", "\(folder)/base", "\(folder)/wal", "\(folder)/live"]).run()
        try await body(folder)
    }

    private func add(_ name: String, _ ended: Int64, to folder: String) throws {
        try Tool(words: ["mkdir", "\(folder)/base/\(name)"]).run()
        let backup = Backup(
            name: name, began: Timestamp(seconds: ended - 5), ended: Timestamp(seconds: ended), bytes: 4096,
            firstWAL: "000000010000000000000002", version: "15")
        try Files.write(JSON.write(try JSON.tree(backup)), to: "\(folder)/base/\(name)/backup.json", mode: 0o600)
    }

    private static let archive: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/") + "/deploy/lib/archive-wal"
    }()

    @Test func aFileIsArchivedWholeAndNeverReplaced() async throws {
        try await withFolder { folder in
            let (one, two, target) = ("\(folder)/one", "\(folder)/two", "\(folder)/wal/000000010000000000000001")
            try Files.write(Array("first".utf8), to: one, mode: 0o600)
            try Files.write(Array("other".utf8), to: two, mode: 0o600)
            let archive = { (source: String) in _ = try Tool(words: ["sh", Self.archive, source, target]).run() }
            try archive(one)
            try archive(one)
            #expect(throws: CommandFailure.self) { try archive(two) }
            #expect(try Files.text(target, limit: 100) == "first")
            #expect(Files.names("\(folder)/wal") == ["000000010000000000000001"], "nothing half done is left")
        }
    }

    @Test func theNewestBackupThatFitsIsTaken() async throws {
        try await withFolder { folder in
            let list = await run(["backups", "--json"], environment: ["BACKUP_DIRECTORY": folder])
            #expect(list.code == .success && list.output == "[]\n")
            for (index, ended) in [1_000_000, 2_000_000, 3_000_000].enumerated() { try add("b\(index)", Int64(ended), to: folder) }
            try Tool(words: ["mkdir", "\(folder)/base/b9.part"]).run()
            let names = try JSON.parse(Array(await run(["backups", "--json"], environment: ["BACKUP_DIRECTORY": folder]).output.utf8)).array
            #expect(names?.compactMap { $0["name"]?.string } == ["b0", "b1", "b2"])
            func chosen(_ more: [String]) async -> (code: ExitCode, error: String) {
                let result = await run(
                    ["restore", "--data-directory", "\(folder)/data"] + more, environment: ["BACKUP_DIRECTORY": folder, "POSTGRES_BINARIES": "/usr/bin"])
                return (result.code, result.error)
            }
            // Nobody is there to agree, so that it ends after it has said what it would do.
            #expect(await chosen([]).error.contains("/base/b2,"))
            #expect(await chosen(["--to-time", "1970-01-25T00:00:00Z"]).error.contains("/base/b1,"))
            #expect(await chosen(["--backup", "b0"]).error.contains("/base/b0,"))
            #expect(await chosen(["--to-time", "1970-01-02T00:00:00Z"]).error.contains("choose a later moment"))
            #expect(await chosen(["--backup", "b2", "--to-time", "1970-01-25T00:00:00Z"]).error.contains("choose a later moment"))
            #expect(await chosen(["--backup", "b7"]).error.contains("there is no backup b7"))
        }
    }

    @Test func nothingIsOverwritten() async throws {
        try await withFolder { folder in
            try add("b0", 1_000_000, to: folder)
            try Tool(words: ["mkdir", "\(folder)/data"]).run()
            try Files.write(Array("15\n".utf8), to: "\(folder)/data/PG_VERSION", mode: 0o600)
            let result = await run(["restore", "--data-directory", "\(folder)/data", "--yes"], environment: ["BACKUP_DIRECTORY": folder, "POSTGRES_BINARIES": "/usr/bin"])
            #expect(result.code == .refused)
            #expect(result.error.contains("is not empty") && result.error.contains("mv \(folder)/data \(folder)/data.lost"))
        }
    }

    @Test func whereBackupsAreMustBeSaid() async throws {
        #expect(await run(["backup"]).code == .usage)
        #expect(await run(["backups", "--backup-directory", "/nowhere"]).error.contains("has no base/ and wal/"))
    }

    @Test func aToolThatFailsIsToldInItsWords() throws {
        #expect(try Tool(words: ["sh", "-c", "echo a; echo b >&2"]).run() == "a\n")
        var notes: [String] = []
        let failure = #expect(throws: CommandFailure.self) {
            try Tool(words: ["sh", "-c", "printf 'two\\rthree\\n' >&2; exit 7"]).run { notes.append(String($0)) }
        }
        #expect(failure?.message == "sh ended with 7: two | three")
        #expect(notes == ["two", "three"])
        #expect(throws: CommandFailure.self) { try Tool(words: ["/no/such/tool"]).run() }
    }
}
