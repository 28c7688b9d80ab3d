import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: testServer != nil)) struct BatchTests {
    @Test func `batches asked for in one turn share a transaction`() async throws {
        let transactions = try await TestDatabase.run { database -> Set<String> in
            _ = try await database.fetch(one("select 1", as: Int.self))
            async let first = database.fetch(one("select pg_current_xact_id()::text", as: String.self))
            async let second = database.fetch(one("select pg_current_xact_id()::text", as: String.self))
            return [try await first, try await second]
        }
        #expect(transactions.count == 1)
    }

    @Test func `a batch that fails takes nobody along`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8 primary key)"]))
            let batches = (0..<20).map { Batch(statements: ["insert into item values (\($0 == 13 ? 7 : $0))"], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0)[0].affected }
            let failures = outcomes.enumerated().filter { $0.element.error != nil }
            #expect(failures.count == 1)
            #expect(failures.first?.element.error?.constraint == "item_pkey")
            #expect(failures.first?.element.error?.sqlState == "23505")
            #expect(failures.first?.element.error?.table == "item")
            #expect("\(failures.first?.element.error?.description ?? "7")".contains("7") == false)
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 19)
        }
    }

    @Test func `an error at the commit fails only the batch that caused it`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8, constraint once unique (id) deferrable initially deferred)"]))
            let batches = [1, 2, 2, 3].enumerated().map { Batch(statements: ["insert into item values (\($1))"], key: "\($0)") }
            let outcomes = await gather(batches) { try await database.run($0)[0].affected }
            #expect(outcomes.filter { $0.error?.constraint == "once" }.count == 1)
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 3)
        }
    }

    @Test func `each batch gets its own rows`() async throws {
        try await TestDatabase.run { database in
            let batches = (0..<200).map { Batch(statements: ["select \($0)", "select \($0 * 2)"], key: "\(999 - $0)") }
            let outcomes = await gather(batches) { batch in
                let rows = try await database.run(batch)
                return try rows[0][0].column(0, as: Int.self) * 1000 + rows[1][0].column(0, as: Int.self)
            }
            #expect(outcomes.compactMap { try? $0.get() } == (0..<200).map { $0 * 1000 + $0 * 2 })
        }
    }

    @Test func `a batch that goes alone shares its transaction with nobody`() async throws {
        try await TestDatabase.run { database in
            let batches = (0..<6).map { Batch(statements: ["select pg_current_xact_id()::text"], goesAlone: $0 % 2 == 0) }
            let outcomes = await gather(batches) { try await database.run($0)[0][0].column(0, as: String.self) }
            let transactions = outcomes.compactMap { try? $0.get() }
            #expect(transactions.count == 6)
            #expect(Set([transactions[0], transactions[2], transactions[4], transactions[1]]).count == 4)
        }
    }

    @Test func `a statement whose plan no longer fits is prepared anew`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8)"]))
            let query = Query<Int>("select * from item") { $0.count }
            #expect(try await database.fetch(query) == 0)
            _ = try await database.run(Batch(statements: ["alter table item add column name text"]))
            #expect(try await database.fetch(query) == 0)
        }
    }

    @Test func `statements that the server forgot are prepared again`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            for _ in 0..<3 {
                #expect(try await database.fetch(one("select \(3)", as: Int.self)) == 3)
                _ = try await database.run(Batch(statements: ["deallocate all"]))
            }
        }
    }

    @Test func `the same text with parameters of other types is another statement`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            for _ in 0..<2 {
                let (number, text) = (one("select \(3)", as: Int.self), one("select \("x")", as: String.self))
                let found = (try await database.fetch(number), try await database.fetch(text))
                #expect(found == (3, "x"))
            }
        }
    }

    @Test func `COPY in a batch is refused and the connection replaced`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8)"]))
            let error = await #expect(throws: PostgresError.self) { try await database.run(Batch(statements: ["copy item from stdin"])).count }
            #expect(error?.kind == .misuse)
            #expect(try await database.fetch(one("select 1", as: Int32.self)) == 1)
        }
    }

    @Test func `errors do not repeat values`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: ["create table item (id text primary key, age int4 check (age > 0))"]))
            _ = try await database.run(Batch(statements: ["insert into item values ('850101300019', 1)"]))
            let iin = "850101300019"
            let statements: [Statement] = [
                "insert into item values (\(iin), 1)", "select (\(iin))::int4", "select (\(iin + "x"))::int4", "select (\(iin))::date",
                "insert into item values (\(iin) || 'x', -1)",
            ]
            for statement in statements {
                let error = await #expect(throws: PostgresError.self) { try await database.run(Batch(statements: [statement])).count }
                #expect(error.map { "\($0)".contains("850101300019") } == false)
            }
        }
    }

    @Test func `more statements than are kept prepared go on working`() async throws {
        try await TestDatabase.run(tune: { $0.preparedStatements = 3; $0.sharedConnections = 1 }) { database in
            for _ in 0..<3 {
                #expect(try await database.fetch(one("select 1", as: Int32.self)) == 1)
                #expect(try await database.fetch(one("select 2", as: Int32.self)) == 2)
                #expect(try await database.fetch(one("select 3", as: Int32.self)) == 3)
                #expect(try await database.fetch(one("select 4", as: Int32.self)) == 4)
                #expect(try await database.fetch(one("select 5", as: Int32.self)) == 5)
            }
            let kept = try await database.fetch(one("select count(*) from pg_prepared_statements", as: Int.self))
            #expect(kept <= 4)
        }
    }
}

/// Runs `work` for all at once, on the loop, and gives the outcomes in the order of `items`.
@Loop func gather<Item: Sendable, T: Sendable>(
    _ items: [Item], _ work: @escaping @Loop @Sendable (Item) async throws -> T
) async -> [Result<T, PostgresError>] {
    let tasks = items.map { item in Loop.start { try await work(item) } }
    var outcomes: [Result<T, PostgresError>] = []
    for task in tasks {
        switch await task.result {
        case .success(let value): outcomes.append(.success(value))
        case .failure(let error): outcomes.append(.failure(error as? PostgresError ?? PostgresError(.misuse, "\(error)")))
        }
    }
    return outcomes
}

extension Result where Failure == PostgresError {
    var error: PostgresError? { if case .failure(let error) = self { error } else { nil } }
}
