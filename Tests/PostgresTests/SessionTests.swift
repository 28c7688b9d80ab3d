import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: testServer != nil)) struct SessionTests {
    @Test func `a hundred thousand rows are copied in and out`() async throws {
        try await TestDatabase.run { database in
            let session = try await database.session()
            try await session.execute("create table item (id int8 primary key, name text, note text)")
            let copied = try await session.copyIn("copy item (id, name, note) from stdin (format binary)") { copy in
                for id in 0..<100_000 { try await copy.row(id, "Аты \(id)", id % 2 == 0 ? nil : "note") }
            }
            #expect(copied == 100_000)
            let sum = Box(0)
            let nulls = Box(0)
            let out = try await session.copyOut("copy item (id, note) to stdout (format binary)") { row in
                sum.value += try row.column(0, as: Int.self)
                if try row.column(1, as: String?.self) == nil { nulls.value += 1 }
            }
            #expect(out == 100_000)
            #expect(sum.value == 99_999 * 50_000)
            #expect(nulls.value == 50_000)
            #expect(try await session.fetch(one("select name from item where id = \(77)", as: String.self)) == "Аты 77")
            await session.close()
        }
    }

    @Test func `a copy that throws or is refused leaves nothing, and the session goes on`() async throws {
        try await TestDatabase.run { database in
            struct BadLine: Error {}
            let session = try await database.session()
            try await session.execute("create table item (id int8 primary key)")
            await #expect(throws: BadLine.self) {
                try await session.copyIn("copy item from stdin (format binary)") { copy in
                    for id in 0..<50_000 { try await copy.row(id) }
                    throw BadLine()
                }
            }
            let doubled = await #expect(throws: PostgresError.self) {
                try await session.copyIn("copy item from stdin (format binary)") { copy in
                    for _ in 0..<2 { try await copy.row(1) }
                }
            }
            #expect(doubled?.isUniqueViolation == true)
            let absent = await #expect(throws: PostgresError.self) { try await session.copyIn("copy nothing from stdin (format binary)") { _ in } }
            #expect(absent?.sqlState == "42P01")
            let text = await #expect(throws: PostgresError.self) { try await session.copyIn("copy item from stdin") { _ in } }
            #expect(text?.kind == .misuse)
            try await session.copyIn("copy item from stdin (format binary)") { try await $0.row(5) }
            await #expect(throws: BadLine.self) {
                try await session.copyOut("copy (select generate_series(1, 3000000)) to stdout (format binary)") { _ in throw BadLine() }
            }
            #expect(try await session.fetch(one("select sum(id)::int8 from item", as: Int.self)) == 5)
            await session.close()
        }
    }

    @Test func `a copy within a transaction is rolled back with it`() async throws {
        try await TestDatabase.run { database in
            struct Refused: Error {}
            let session = try await database.session()
            try await session.execute("create table item (id int8 primary key)")
            await #expect(throws: Refused.self) {
                try await session.transaction { lease in
                    try await lease.copyIn("copy item from stdin (format binary)") { try await $0.row(1) }
                    throw Refused()
                }
            }
            try await database.transaction { lease in
                try await lease.copyIn("copy item from stdin (format binary)") { try await $0.row(2) }
                lease.collect("insert into item values (3)")
            }
            #expect(try await session.fetch(.all("select id from item order by id") { try $0.column(0, as: Int.self) }) == [2, 3])
            await session.close()
        }
    }

    @Test func `a listener hears what is notified on its channel only`() async throws {
        try await TestDatabase.run { database in
            let session = try await database.session()
            let heard = try await session.listen("Odd \"name\"")
            _ = try await database.run(Batch(statements: ["select pg_notify('other', 'no'), pg_notify('Odd \"name\"', \("yes"))"]))
            var iterator = heard.makeAsyncIterator()
            #expect(await iterator.next()?.payload == "yes")
            await session.close()
            #expect(await iterator.next() == nil)
        }
    }

    @Test func `an advisory lock has one holder until its session ends`() async throws {
        try await TestDatabase.run { database in
            let first = try await database.session()
            let second = try await database.session()
            #expect(try await first.tryAdvisoryLock(42))
            #expect(try await !second.tryAdvisoryLock(42))
            await first.close()
            // The server needs a moment to see that the first is gone.
            while try await !second.tryAdvisoryLock(42) { try await Loop.sleep(for: .milliseconds(5)) }
            #expect(try await second.advisoryUnlock(42))
            await second.close()
        }
    }

    @Test func `a session tells when its connection is lost`() async throws {
        try await TestDatabase.run { database in
            let session = try await database.session()
            let lost = Promise<String>()
            session.onLost { lost.succeed($0) }
            let pid = try await session.fetch(one("select pg_backend_pid()", as: Int32.self))
            _ = try await database.fetch(one("select pg_terminate_backend(\(pid))", as: Bool.self))
            _ = try await lost.value()
            #expect(!session.isOpen)
            let error = await #expect(throws: PostgresError.self) { try await session.execute("select 1") }
            #expect(error?.kind == .connectionLost(outcomeUnknown: false))
        }
    }
}

@Loop final class Box<Value> {
    var value: Value
    init(_ value: Value) { self.value = value }
}

@Suite(.enabled(if: testServer != nil)) struct PlanTests {
    /// A plan made while the table was small would read through all of it until statistics are made anew.
    @Test func `statements over a few rows find them by their keys, also in a table that was small when they were planned`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8 primary key, text text)"]))
            let session = try await database.session()
            try await session.execute("insert into item select n, 'a' from generate_series(1, 40) as n")
            try await session.execute("analyze item")
            await session.close()
            let ids = (1...32).map { Int64($0) }
            let update: Statement = """
                explain update item set text = change.text
                from (select unnest(\(ids)) as id, unnest(\(ids.map { "\($0)" })) as text) as change where item.id = change.id
                """
            // A generic plan is made at the sixth execution.
            for _ in 1...7 {
                let lines = try await database.fetch(Query<[String]>.all(update) { try $0.column(0) })
                #expect(lines.contains { $0.contains("Index Scan using item_pkey") } && !lines.contains { $0.contains("Seq Scan") }, "\(lines)")
            }
        }
    }
}
