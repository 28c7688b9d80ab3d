import EventLoop
import Postgres

/// Looks again and again who takes rows from an outbox: only ever the backend that holds the relay's lock of that database.
@Loop final class RelayWatch {
    private let platform: Platform
    private let findings: Findings
    private var task: Task<Void, Never>?
    /// Each is reported once.
    private var told: Set<Backend> = []
    private var suspects: Set<Backend> = []
    /// How often a relay was seen at work.
    private(set) var sightings = 0
    /// Backends that have been the relay of a database.
    private(set) var relays: Set<Backend> = []

    struct Backend: Hashable, Sendable {
        var database: String
        var pid: Int32
    }

    /// The relay's advisory lock, by the halves in which `pg_locks` shows it.
    private static let lock: (high: Int64, low: Int64) = (0x7368_616e, 0x7972_6171)

    init(_ platform: Platform, _ findings: Findings) {
        self.platform = platform
        self.findings = findings
    }

    func start() {
        task = Loop.spawn {
            while !Task.isCancelled {
                // Without a database there is nothing to see.
                try? await self.look()
                try? await Loop.sleep(for: .milliseconds(100))
            }
        }
    }

    func stop() async {
        task?.cancel()
        await task?.value
        findings.expect(sightings > 0, "no relay was ever seen at work: the watch sees nothing")
    }

    private func look() async throws {
        guard let database = platform.databases.values.first else { return }
        let query = Query.all("""
            WITH owner AS MATERIALIZED (
                SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
                   AND classid = \(RelayWatch.lock.high)::oid AND objid = \(RelayWatch.lock.low)::oid)
            SELECT datname::text, pid, pid IN (SELECT pid FROM owner) FROM pg_stat_activity
            WHERE query LIKE '%DELETE FROM outbox%' AND state <> 'idle' AND datname LIKE \("\(platform.prefix)%") AND pid <> pg_backend_pid()
            """) { (Backend(database: try $0.column(0), pid: try $0.column(1)), isOwner: try $0.column(2, as: Bool.self)) }
        let seen = try await database.reader.fetch(query)
        let strangers = Set(seen.filter { !$0.isOwner }.map(\.0))
        // One look reads locks and activity one after the other: who got the lock in between is seen with it the next time.
        for stranger in strangers.intersection(suspects) where told.insert(stranger).inserted {
            findings.report("a backend takes from the outbox of \(stranger.database) without the relay's lock")
        }
        suspects = strangers
        for (backend, isOwner) in seen where isOwner {
            sightings += 1
            relays.insert(backend)
        }
    }
}
