@testable import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Messaging
@testable import Postgres
@testable import ServiceKit
import Telemetry
import TestSupport
import Testing
import Trust

/// Clients that leave before they are answered.
@Suite(.enabled(if: Servers.areThere), .serialized) struct LeavingTests {
    @Test func `a statement not yet sent is not sent, and what was sent is done`() async throws {
        try await TicketOffice.run { office in
            try await office.gate()
            let sent = try ask(office, "gated", "sent")
            try await waiting(office, 1)
            let other = try ask(office, "gated", "other")
            // Both shared connections are taken now: what comes next waits for one.
            try await waiting(office, 2)
            // For 20 ms more a transaction is sent behind another: nobody knows yet that it waits.
            try await Loop.sleep(for: .milliseconds(50))
            let unsent = try ask(office, "quick", "unsent")
            try await noticed(office)
            sent.cancel()
            unsent.cancel()
            try await noticed(office)
            _ = try await office.database.run(Batch(statements: ["INSERT INTO gate VALUES (true)"]))
            #expect(try await other.value.status == 201)
            // Whatever waited before this one has had its turn when it is answered.
            #expect(try await office.open("last", by: marat, key: "last").status == 201)
            #expect(try await office.count("idempotency WHERE key = 'unsent'") == 0)
            #expect(try await office.count("ticket WHERE text = 'quick'") == 0)
            // No write is undone because its client left: the retry finds it.
            #expect(try await office.count("idempotency WHERE key = 'sent'") == 1)
            #expect(try await office.open("gated", by: marat, key: "sent").status == 201)
            #expect(try await office.count("ticket") == 3)
        }
    }

    @Test func `a decision that waits for a locked row is not taken when nobody waits for it`() async throws {
        try await TicketOffice.run { office in
            let id = try #require(UUID(uuidString: try await office.open("a", by: marat, key: "k").json()["id"]?.string ?? ""))
            let token = try office.token(marat)
            let session = try await office.database.session()
            try await session.execute("BEGIN")
            _ = try await session.fetch(Query("SELECT number FROM ticket WHERE id = \(id) FOR UPDATE") { $0.count })
            let closing = Loop.start { try await office.send("POST", "/v1/tickets/\(id.text)/closing", token: token, key: "close") }
            try await eventually("the decision waits for the row") { try await office.locks() == 1 }
            closing.cancel()
            try await noticed(office)
            try await session.execute("COMMIT")
            await session.close()
            try await eventually("its connection is free again") { try await office.locks() == 0 }
            #expect(try await office.open("b", by: marat, key: "after").status == 201)
            #expect(try await office.count("ticket WHERE status = 'closed'") == 0)
            #expect(try await office.count("idempotency WHERE key = 'close'") == 0)
            #expect(try await office.send("POST", "/v1/tickets/\(id.text)/closing", token: token, key: "close").status == 200)
        }
    }

    /// Nothing is wrong with a service whose client left.
    @Test func `what a client that left has stopped is told as no error of the service`() async throws {
        try await TicketOffice.run { office in
            let keys = ServiceKeys(service: "tickets", signing: office.signing, opening: office.opening, everyone: office.keys)
            let kernel = Kernel(
                service: "tickets", database: office.database, clock: LawClock(database: office.database, mayMove: false),
                place: WorkPlace(service: "tickets", numbers: NumberBlocks(database: office.database), keys: keys),
                tokens: VerifiedTokens(keys: office.keys, audience: "tickets"), refusals: [:])
            for error in [CancellationError(), PostgresError.cancelled] as [any Error] {
                var status = 0
                let lines = LogCapture.lines { status = kernel.response(to: error, .en, operation: "tickets.close").status }
                #expect(status == 503)
                #expect(lines == [])
            }
        }
    }

    @Loop private func ask(_ office: TicketOffice, _ text: String, _ key: String) throws -> Task<HTTPClientResponse, any Error> {
        Loop.start { try await office.open(text, by: marat, key: key) }
    }

    @Loop private func waiting(_ office: TicketOffice, _ count: Int) async throws {
        try await eventually("\(count) transactions wait at the gate") {
            try await office.count("pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'") == count
        }
    }

    /// Some answers later the server has seen what was said before on other connections.
    @Loop private func noticed(_ office: TicketOffice) async throws {
        for _ in 0..<5 { #expect(try await office.send("GET", "/livez", token: nil).status == 200) }
    }
}

extension TicketOffice {
    /// From now on a ticket with the text `gated` is not inserted before there is a row in `gate`.
    fileprivate func gate() async throws {
        let session = try await database.session()
        try await session.execute("CREATE TABLE gate (open boolean)")
        try await session.execute("""
            CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                WHILE NOT EXISTS (SELECT FROM gate) LOOP PERFORM pg_sleep(0.02); END LOOP;
                RETURN NEW;
            END $$
            """)
        try await session.execute("""
            CREATE TRIGGER gated BEFORE INSERT ON ticket FOR EACH ROW WHEN (NEW.text = 'gated') EXECUTE FUNCTION wait_at_gate()
            """)
        await session.close()
    }

    fileprivate func locks() async throws -> Int {
        try await count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    }
}
