import Contracts
import EventLoop
import Glibc
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Backends of PostgreSQL that end") struct BackendTests {
        @Test func `in the midst of transactions, again and again under load: nothing accepted is lost or doubled`() async throws {
            try await OwnServers.run(.postgres) { postgres in
                var options = Platform.Options()
                options.databaseServer = try await postgres.address()
                options.persons = People.crowd(12)
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let ledger = Ledger(), findings = Findings(round: "backends")
                    let clients = Clients(platform, ledger, findings, persons: withOwn.persons.map(\.iin), seed: 7)
                    let pids = platform.services.mapValues(\.pid)
                    let work = Loop.start { try await clients.work() }
                    let killer = BackendKiller(platform)
                    do { try await killer.work(kills: 60, crashes: 3) } catch {
                        work.cancel()
                        throw error
                    }
                    clients.leave()
                    try await work.value
                    print("backends: \(killer.ended) terminated, \(killer.inTransaction) of them in a transaction, \(killer.crashes) crash recoveries;",
                        "\(ledger.unanswered) tries without an answer")
                    #expect(killer.inTransaction > 10 && killer.crashes == 3)
                    #expect(platform.services.mapValues(\.pid) == pids)
                    try await platform.checkInvariants(ledger, findings)
                    #expect(findings.all.isEmpty, "\(findings.all.count) findings, the first: \(findings.all.first ?? "")")
                }
            }
        }
    }
}

/// Ends backends of both services, those at work first; now and then one dies as by the kernel's hand, and PostgreSQL recovers as from a crash.
@Loop private final class BackendKiller {
    private struct Backend {
        var pid: Int32
        var isInTransaction: Bool
    }

    private let platform: Platform
    private(set) var ended = 0
    private(set) var inTransaction = 0
    private(set) var crashes = 0

    init(_ platform: Platform) { self.platform = platform }

    func work(kills: Int, crashes most: Int) async throws {
        for number in 1...kills {
            try await Loop.sleep(for: .milliseconds(number % 4 == 0 ? 400 : 80))
            let database = try platform.database(number % 3 == 0 ? .naturalPersons : .eLicense)
            guard let victim = try await victim(database) else { continue }
            if victim.isInTransaction { inTransaction += 1 }
            if number % (kills / most) == 0 {
                kill(pid_t(victim.pid), SIGKILL)
                crashes += 1
                try await eventually("PostgreSQL has recovered") { (try? await database.count("pg_database")) ?? 0 > 0 }
            } else {
                _ = try await database.count("(SELECT pg_terminate_backend(\(victim.pid))) AS ended")
                ended += 1
            }
        }
    }

    /// One in a transaction, when there is one within a while.
    private func victim(_ database: ServiceDatabase) async throws -> Backend? {
        var found: Backend?
        for _ in 0..<40 {
            let backends = try await database.reader.fetch(Query.all("""
                SELECT pid, xact_start IS NOT NULL FROM pg_stat_activity
                WHERE datname = current_database() AND application_name IN ('e-license', 'natural-persons') ORDER BY 2 DESC, random() LIMIT 1
                """) { Backend(pid: try $0.column(0), isInTransaction: try $0.column(1)) })
            found = backends.first ?? found
            if found?.isInTransaction == true { break }
        }
        return found
    }
}
