import CommandLine
import Contracts
import Glibc

/// Runs PostgreSQL's recovery in a restored data directory, reachable by nobody, and leaves the cluster stopped.
struct Recovery {
    let restoration: Restoration

    private var directory: String { restoration.directory }
    private var tools: PostgresTools { restoration.tools }

    /// Settings that only hold for this recovery.
    private var settings: [(name: String, value: String)] {
        let wal = restoration.folder.wal
        var settings = [
            ("restore_command", "for f in \"\(wal)/%f\" \"\(wal)/%f\(WAL.salvaged)\"; do if [ -f \"$f\" ]; then exec cp \"$f\" \"%p\"; fi; done; exit 1"),
            ("recovery_target_timeline", "latest"), ("recovery_target_action", "promote"),
        ]
        // Read before PostgreSQL knows the names of time zones: Z is one.
        if let moment = restoration.moment { settings.append(("recovery_target_time", "\(moment)".replacing("Z", with: "+00"))) }
        return settings
    }

    func run() throws -> Restoration.Outcome {
        try prepare()
        let socket = try Tool.asServer(["mktemp", "-d", "/tmp/egovctl-restore-XXXXXX"]).run().split(separator: "\n").first.map(String.init) ?? ""
        defer { _ = try? Tool.asServer(["rm", "-rf", "--", socket]).run() }
        do {
            try tools.tool(
                "pg_ctl", "-D", directory, "-l", "\(directory)/restore.log", "-w", "-t", "86400", "-s",
                "-o", "-c listen_addresses= -c unix_socket_directories=\(socket) -c port=5432 -c synchronous_standby_names= -c hot_standby=on", "start"
            ).run()
        } catch {
            throw explained(error)
        }
        do {
            let url = "postgresql:///postgres?host=\(socket)&port=5432&user=postgres"
            let outcome = try followed(url)
            for setting in settings { _ = try tools.row(url, "ALTER SYSTEM RESET \(setting.name)") }
            try tools.tool("pg_ctl", "-D", directory, "-m", "fast", "-w", "-t", "3600", "-s", "stop").run()
            return outcome
        } catch {
            _ = try? tools.tool("pg_ctl", "-D", directory, "-m", "immediate", "-w", "-s", "stop").run()
            throw explained(error)
        }
    }

    /// Written where ALTER SYSTEM writes, so that it can take them back.
    private func prepare() throws {
        let lines = settings.map { "\($0.name) = '\($0.value.replacing("'", with: "''"))'" }.joined(separator: "\n")
        try Tool.asServer(["sh", "-c", "printf '%s\\n' \"$1\" >>\"$2/postgresql.auto.conf\" && : >\"$2/recovery.signal\"", "prepare", lines, directory]).run()
    }

    private func followed(_ url: String) throws -> Restoration.Outcome {
        var told = ContinuousClock.now
        while true {
            let row = try tools.row(url, """
                SELECT pg_is_in_recovery(), to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                       pg_last_wal_replay_lsn(), CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END
                """)
            guard row.count == 4 else { throw CommandFailure("PostgreSQL does not say how far recovery is") }
            if row[0] == "f" {
                return Restoration.Outcome(
                    directory: directory, backup: restoration.backup.name, lastCommit: Timestamp(rfc3339: row[1]), lsn: row[2], timeline: row[3])
            }
            if ContinuousClock.now - told > .seconds(5) {
                restoration.terminal.note("recovering: at \(row[2]), commits up to \(row[1])")
                told = .now
            }
            usleep(100_000)
        }
    }

    /// What PostgreSQL says in its own words, in ours.
    private func explained(_ error: any Error) -> any Error {
        let log = (try? Tool.asServer(["tail", "-n", "40", "\(directory)/restore.log"]).run()) ?? ""
        if log.contains("recovery ended before configured recovery target was reached"), let moment = restoration.moment {
            let last = log.split(separator: "\n").last { $0.contains("last completed transaction was at log time") }
                .flatMap { $0.split(separator: " time ").last.map(String.init) }
            return CommandFailure(
                "the WAL ends before \(moment)\(last.map { ": the last commit is of \($0)" } ?? "")",
                advice: "remove \(directory), and restore to that moment or, without --to-time, to the last WAL")
        }
        let end = log.split(separator: "\n").filter { $0.contains("FATAL") || $0.contains("PANIC") || $0.contains("ERROR") }.suffix(3).joined(separator: " | ")
        return CommandFailure("recovery failed: \(end.isEmpty ? "\(error)" : end)", advice: "see \(directory)/restore.log")
    }
}
