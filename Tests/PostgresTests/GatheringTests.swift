import EventLoop
import Foundation
import Postgres
import Testing

/// Statements over arrays, which batches of one transaction send as one.
@Suite(.enabled(if: testServer != nil)) struct GatheringTests {
    private func insert(_ id: Int, _ name: String?) -> Statement {
        "insert into item (id, name) select unnest(\(each: id)), unnest(\(each: name))"
    }

    /// A table, and another that gets a row for each statement that inserts into it.
    @Loop private func tables(_ database: Database) async throws {
        _ = try await database.run(Batch(statements: [
            "create table item (id int8 constraint item_once unique, name text)",
            "create table told (id int8 generated always as identity)",
            "create function tell() returns trigger language plpgsql as $$ begin insert into told default values; return null; end $$",
            "create trigger tell after insert on item for each statement execute function tell()",
        ]))
    }

    @Test func `batches of a transaction send them once, each row with its own values`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            try await tables(database)
            let names = (0..<20).map { $0 % 3 == 0 ? nil : "name \($0)" }
            let batches = names.enumerated().map { Batch(statements: [insert($0.offset, $0.element), "select \($0.offset)"], key: "\($0.offset % 7)") }
            let outcomes = await gather(batches) { try await database.run($0)[1][0].column(0, as: Int.self) }
            #expect(outcomes.compactMap { try? $0.get() } == Array(0..<20))
            let found = try await database.fetch(Query.all("select id, name from item order by id") { row in
                try row.decode(as: (Int, String?).self)
            })
            #expect(found.map(\.0) == Array(0..<20))
            #expect(found.map(\.1) == names)
            #expect(try await database.fetch(one("select count(*) from told", as: Int.self)) <= 4)
        }
    }

    /// `tried` has a line for each row that was to be inserted, also where it was there.
    @Test func `what is said once is sent once for all that say the same`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            try await tables(database)
            _ = try await database.run(Batch(statements: [
                "create table tried (id int8 generated always as identity)",
                "create function try() returns trigger language plpgsql as $$ begin insert into tried default values; return new; end $$",
                "create trigger try before insert on item for each row execute function try()",
            ]))
            func kept(_ id: Int) -> Statement {
                ("insert into item (id) select unnest(\(each: id)) on conflict do nothing" as Statement).saidOnce
            }
            let batches = (0..<24).map { Batch(statements: [kept($0 % 2), "select \($0)"], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0)[1][0].column(0, as: Int.self) }
            #expect(outcomes.compactMap { try? $0.get() } == Array(0..<24))
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 2)
            // Two transactions may leave before the rest has come.
            #expect(try await database.fetch(one("select count(*) from tried", as: Int.self)) <= 6)
        }
    }

    @Test func `what is said once and fails is told to each that said it, and to nobody else`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            try await tables(database)
            _ = try await database.run(Batch(statements: [insert(7, "was here")]))
            let said = insert(7, "again").saidOnce
            let batches = (0..<12).map { Batch(statements: [$0 % 3 == 0 ? said : insert(100 + $0, nil), "select 1"], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0).count }
            #expect(outcomes.enumerated().filter { $0.element.error != nil }.map(\.offset) == [0, 3, 6, 9])
            #expect(outcomes.compactMap { $0.error }.allSatisfy { $0.constraint == "item_once" })
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 9)
        }
    }

    @Test func `one that fails takes nobody along`() async throws {
        try await TestDatabase.run { database in
            try await tables(database)
            _ = try await database.run(Batch(statements: [insert(7, "was here")]))
            let batches = (0..<20).map { Batch(statements: [insert($0, nil), "select 1"], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0).count }
            let failures = outcomes.enumerated().filter { $0.element.error != nil }
            #expect(failures.map(\.offset) == [7])
            #expect(failures.first?.element.error?.constraint == "item_once")
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 20)
            #expect(try await database.fetch(one("select name from item where id = 7", as: String?.self)) == "was here")
        }
    }

    @Test func `two rows that one statement cannot take come one after the other`() async throws {
        try await TestDatabase.run { database in
            try await tables(database)
            let batches = (0..<8).map { number in
                Batch(statements: [
                    "insert into item (id, name) select unnest(\(each: number / 2)), unnest(\(each: "\(number)")) on conflict (id) do update set name = excluded.name"
                ])
            }
            let outcomes = await gather(batches) { try await database.run($0).count }
            #expect(outcomes.allSatisfy { $0.error == nil })
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 4)
        }
    }

    @Test func `two that fail for different reasons are both found`() async throws {
        try await TestDatabase.run { database in
            try await tables(database)
            _ = try await database.run(Batch(statements: ["create table other (id int8 constraint other_once unique)", "insert into other values (3)"]))
            let batches = (0..<8).map { number in
                Batch(statements: [
                    "insert into item (id, name) select unnest(\(each: number / 2)), unnest(\(each: "\(number)")) on conflict (id) do update set name = excluded.name",
                    "insert into other select unnest(\(each: number))",
                ])
            }
            let outcomes = await gather(batches) { try await database.run($0).count }
            let failures = outcomes.enumerated().filter { $0.element.error != nil }
            #expect(failures.map(\.offset) == [3])
            #expect(failures.first?.element.error?.constraint == "other_once")
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 4)
        }
    }

    @Test func `the order within a batch is kept`() async throws {
        try await TestDatabase.run { database in
            try await tables(database)
            func rename(_ id: Int) -> Statement { "update item set name = name || 'x' where id = \(id)" }
            let batches = (0..<12).map { number in
                Batch(statements: [insert(number, "a"), rename(number), insert(100 + number, "b"), rename(100 + number)], key: "\(number % 5)")
            }
            let outcomes = await gather(batches) { try await database.run($0).map(\.affected).count }
            #expect(outcomes.allSatisfy { $0.error == nil })
            #expect(try await database.fetch(one("select count(*) from item where name in ('ax', 'bx')", as: Int.self)) == 24)
        }
    }

    @Test func `a statement that stands alone keeps none from leaving together`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            try await tables(database)
            let batches = (0..<12).map { Batch(statements: ["select \($0)", insert($0, nil)], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0)[0][0].column(0, as: Int.self) }
            #expect(outcomes.compactMap { try? $0.get() } == Array(0..<12))
            // Two transactions may leave before the rest has come.
            #expect(try await database.fetch(one("select count(*) from told", as: Int.self)) <= 4)
        }
    }

    /// `told` has a line for each statement that has inserted.
    @Test func `what leaves last in a transaction leaves as one, and not at all where it is undone`() async throws {
        try await TestDatabase.run { database in
            try await tables(database)
            try await database.transaction { lease in
                for number in 1...3 {
                    lease.collectLast(insert(number, "a"))
                    lease.collect("update item set name = 'early' where id = \(number)")
                }
                try? await lease.savepoint { lease in
                    lease.collectLast(insert(4, "undone"))
                    throw CancellationError()
                }
                let before = try await lease.fetch(one("select count(*) from item", as: Int.self))
                #expect(before == 0)
                lease.collectLast(insert(5, "a"))
            }
            #expect(try await database.fetch(one("select count(*) from item where name = 'a' and id in (1, 2, 3, 5)", as: Int.self)) == 4)
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 4)
            #expect(try await database.fetch(one("select count(*) from told", as: Int.self)) == 1)
            await #expect(throws: PostgresError.self) {
                try await database.transaction { lease in
                    lease.collectLast(insert(6, "a"))
                    lease.collectLast(insert(6, "twice"))
                }
            }
            #expect(try await database.fetch(one("select count(*) from item where id = 6", as: Int.self)) == 0)
        }
    }

    @Test func `each type of an element arrives as itself`() async throws {
        try await TestDatabase.run { database in
            let id = UUID()
            let fields = ["name", "a \"quoted\" one", "back\\slash", "{braces, commas}", "", "қазақша"]
            _ = try await database.run(Batch(statements: [
                "create table kinds (id uuid, small int2, bytes bytea, document jsonb, fields text[], none text)",
                """
                insert into kinds select unnest(\(each: id)), unnest(\(each: Int16(-2))), unnest(\(each: [0, 255] as [UInt8])),
                unnest(\(each: JSONB(Array(#"{"a":1}"#.utf8)))), unnest(\(each: fields.arrayText))::text[], unnest(\(each: nil as String?))
                """,
            ]))
            let query = Query.first("select id, small, bytes, document = '{\"a\": 1}', fields, none from kinds") { row in
                try row.decode(as: (UUID, Int16, [UInt8], Bool, [String], String?).self)
            }
            let found = try #require(try await database.fetch(query))
            #expect(found.0 == id && found.1 == -2 && found.2 == [0, 255] && found.3 && found.5 == nil)
            #expect(found.4 == fields)
        }
    }
}
