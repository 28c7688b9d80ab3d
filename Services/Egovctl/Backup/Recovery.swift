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
            // The new timeline's beginning belongs into the archive, whatever the configuration is that the cluster runs with later.
            ("archive_mode", "on"), ("archive_command", "sh \"\(restoration.folder.path)/archive-wal\" \"%p\" \"\(wal)/%f\""),
        ]
        // Read before PostgreSQL knows the names of time zones: Z is one.
        if let moment = restoration.moment { settings.append(("recovery_target_time", "\(moment)".replacing("Z", with: "+00"))) }
        return settings
    }

    func run() throws -> Restoration.Outcome {
        try prepare()
        guard let socket = try Tool.asServer(["mktemp", "-d", "--tmpdir=/tmp"]).run().split(separator: "\n").first.map(String.init) else {
            throw CommandFailure("there is no folder for the server's socket", advice: "see whether mktemp -d works in /tmp")
        }
        defer { _ = try? Tool.asServer(["rm", "-rf", "--", socket]).run() }
        // Nobody looks in while it recovers: the server's own settings for that may be other ones than here.
        try tools.tool(
            "pg_ctl", "-D", directory, "-l", log, "-W", "-s",
            "-o", "-c listen_addresses= -c unix_socket_directories=\(socket) -c port=5432 -c synchronous_standby_names= -c hot_standby=off", "start"
        ).run()
        do {
            let url = "postgresql:///postgres?host=\(socket)&port=5432&user=postgres"
            try follow()
            let outcome = try outcome(url)
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
        try Tool.asServer(["sh", "-c", "printf '%s\\n' \"$1\" >>\"$2/postgresql.auto.conf\" && rm -f \"$2/restore.log\" && : >\"$2/recovery.signal\"", "prepare", lines, directory]).run()
    }

    /// Until it is ready, which it is once recovery has come to its end.
    private func follow() throws {
        var (told, seen) = (ContinuousClock.now, ContinuousClock.now)
        while true {
            // The state of the server is the eighth line of its pid file.
            let state = (try? Tool.asServer(["sed", "-n", "8p", "\(directory)/postmaster.pid"]).run()) ?? ""
            if state.hasPrefix("ready") { return }
            if tools.isRunning(directory) { seen = .now }
            guard !hasEnded, ContinuousClock.now - seen < .seconds(30) else { throw CommandFailure("PostgreSQL ended") }
            if ContinuousClock.now - told > .seconds(5) {
                let last = lines.last { $0.contains("restored log file") }?.split(separator: "\"").dropFirst().first
                restoration.terminal.note("recovering\(last.map { ": has read \($0)" } ?? "")")
                told = .now
            }
            usleep(200_000)
        }
    }

    private var log: String { "\(directory)/restore.log" }
    private var lines: [Substring] { ((try? Tool.asServer(["tail", "-n", "60", log]).run()) ?? "").split(separator: "\n") }
    private var hasEnded: Bool { lines.contains { $0.contains("database system is shut down") || $0.contains("FATAL") } }

    private func outcome(_ url: String) throws -> Restoration.Outcome {
        let row = try tools.row(url, """
            SELECT to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), pg_last_wal_replay_lsn(),
                   left(pg_walfile_name(pg_current_wal_lsn()), 8)
            """)
        guard row.count == 3 else { throw CommandFailure("PostgreSQL does not say how far recovery went") }
        return Restoration.Outcome(
            directory: directory, backup: restoration.backup.name, lastCommit: Timestamp(rfc3339: row[0]), lsn: row[1], timeline: row[2])
    }

    /// What PostgreSQL says in its own words, in ours.
    private func explained(_ error: any Error) -> any Error {
        let lines = lines
        if lines.contains(where: { $0.contains("recovery ended before configured recovery target was reached") }), let moment = restoration.moment {
            let last = lines.last { $0.contains("last completed transaction was at log time") }.flatMap { $0.split(separator: " time ").last }
            return CommandFailure(
                "the WAL ends before \(moment)\(last.map { ": the last commit is of \($0)" } ?? "")",
                advice: "remove \(directory), and restore to that moment or, without --to-time, to the last WAL")
        }
        let end = lines.filter { $0.contains("FATAL") || $0.contains("PANIC") || $0.contains("ERROR") }.suffix(3).joined(separator: " | ")
        return CommandFailure("recovery failed: \(end.isEmpty ? "\(error)" : end)", advice: "see \(log)")
    }
}
