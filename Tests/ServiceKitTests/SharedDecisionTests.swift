@testable import Contracts
import EventLoop
import Foundation
import HTTP
import Postgres
@testable import ServiceKit
import TestSupport
import Testing

/// Decisions that come together, each about a ticket of its own.
@Suite(.enabled(if: Servers.areThere), .serialized) struct SharedDecisionTests {
    @Test func `share transactions, and each gets its own answer`() async throws {
        try await TicketOffice.run { office in
            let ids = try await office.openMany(60)
            let answers = try await office.closeAll(ids)
            #expect(answers.map(\.status) == ids.map { _ in 200 })
            #expect(try answers.map { try $0.json()["id"]?.string } == ids)
            #expect(try await office.count("ticket WHERE status = 'closed'") == 60)
            #expect(try await office.count("idempotency WHERE key LIKE 'close-%'") == 60)
            #expect(try await office.count("journal WHERE operation = 'tickets.close' AND outcome = 'changed'") == 60)
            #expect(try await office.count("(SELECT DISTINCT xmin::text FROM ticket) AS transactions") < 40)
            // Retries are answered as before.
            let again = try await office.closeAll(ids)
            #expect(again.map(\.body) == answers.map(\.body))
        }
    }

    @Test func `what a rule refuses is refused alone`() async throws {
        try await TicketOffice.run { office in
            let ids = try await office.openMany(30)
            try await office.execute("UPDATE ticket SET status = 'closed' WHERE number % 3 = 0")
            let closed = try await office.count("ticket WHERE status = 'closed'")
            let answers = try await office.closeAll(ids)
            #expect(answers.count { $0.status == 422 || $0.status == 409 } == closed)
            #expect(answers.count { $0.status == 200 } == 30 - closed)
            #expect(try await office.count("ticket WHERE status = 'closed'") == 30)
            #expect(try await office.count("journal WHERE operation = 'tickets.close' AND outcome = 'refused' AND rule = 'closed-already'") == closed)
        }
    }

    @Test func `one that the database refuses at the end, or whose row is locked, holds nobody up and loses nothing`() async throws {
        try await TicketOffice.run { office in
            let ids = try await office.openMany(30)
            try await office.execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$")
            try await office.execute("""
                CREATE TRIGGER refused BEFORE UPDATE ON ticket FOR EACH ROW WHEN (NEW.number % 10 = 3) EXECUTE FUNCTION refuse()
                """)
            let session = try await office.database.session()
            try await session.execute("BEGIN")
            let locked = try await session.fetch(Query<String>("SELECT id::text FROM ticket WHERE number % 10 = 5 ORDER BY number LIMIT 1 FOR UPDATE") {
                try $0.first?.column(0) ?? ""
            })
            let waiting = Loop.start { try await office.closeAll([locked]) }
            let answers = try await office.closeAll(ids.filter { $0 != locked })
            // The lock is held all the while.
            #expect(answers.count { $0.status == 200 } == 26)
            #expect(answers.count { $0.status == 500 } == 3)
            try await session.execute("COMMIT")
            await session.close()
            #expect(try await waiting.value.map(\.status) == [200])
            #expect(try await office.count("ticket WHERE status = 'closed'") == 27)
            #expect(try await office.count("idempotency WHERE key LIKE 'close-%'") == 27)
        }
    }

    @Test func `about one thing they come one after another, and one takes effect`() async throws {
        try await TicketOffice.run { office in
            let ids = try await office.openMany(4)
            let answers = try await office.closeAll(ids + ids + ids + ids, keys: "other")
            #expect(answers.count { $0.status == 200 } == 4)
            #expect(answers.count { $0.status == 422 || $0.status == 409 } == 12)
            #expect(try await office.count("journal WHERE operation = 'tickets.close' AND outcome = 'changed'") == 4)
        }
    }
}

extension TicketOffice {
    fileprivate func execute(_ statement: Statement) async throws { _ = try await database.run(Batch(statements: [statement])) }

    fileprivate func openMany(_ count: Int) async throws -> [String] {
        var ids: [String] = []
        for number in 1...count { ids.append(try await open("a", by: marat, key: "open-\(number)").json()["id"]?.string ?? "") }
        return ids
    }

    /// Each closed under a key of its own, all at once.
    fileprivate func closeAll(_ ids: [String], keys: String? = nil) async throws -> [HTTPClientResponse] {
        let token = try token(marat)
        let requests = ids.enumerated().map { place, id in
            Loop.start { try await self.send("POST", "/v1/tickets/\(id)/closing", token: token, key: keys.map { "\($0)-\(place)" } ?? "close-\(id)") }
        }
        var answers: [HTTPClientResponse] = []
        for request in requests { answers.append(try await request.value) }
        return answers
    }
}
