import EventLoop
import Postgres
import Testing

@Suite(.enabled(if: testServer != nil)) struct LeaseTests {
    private static func withItems(_ body: @escaping @Loop @Sendable (Database) async throws -> Void) async throws {
        try await TestDatabase.run(tune: { $0.leases = 2; $0.leaseWait = .milliseconds(300) }) { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8 primary key)"]))
            try await body(database)
        }
    }

    @Loop private static func items(_ database: Database) async throws -> [Int] {
        try await database.fetch(.all("select id from item order by id") { try $0.column(0) })
    }

    @Test func `what a transaction asked and collected is committed`() async throws {
        try await Self.withItems { database in
            let seen = try await database.transaction { lease in
                try await lease.execute("insert into item values (\(1))")
                lease.collect("insert into item values (\(2))")
                return try await lease.fetch(one("select count(*) from item", as: Int.self))
            }
            #expect(seen == 1)
            #expect(try await Self.items(database) == [1, 2])
        }
    }

    @Test func `a transaction that throws leaves nothing, and its connection is of use again`() async throws {
        try await Self.withItems { database in
            struct Refused: Error {}
            for _ in 0..<5 {
                await #expect(throws: Refused.self) {
                    try await database.transaction { lease in
                        try await lease.execute("insert into item values (1)")
                        throw Refused()
                    }
                }
            }
            let left = try await Self.items(database)
            #expect(left == [])
        }
    }

    @Test func `a collected statement that fails rolls the transaction back`() async throws {
        try await Self.withItems { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { lease in
                    try await lease.execute("insert into item values (1)")
                    lease.collect("insert into item values (2)")
                    lease.collect("insert into item values (1)")
                }
            }
            #expect(error?.isUniqueViolation == true)
            let left = try await Self.items(database)
            #expect(left == [])
            try await database.transaction { $0.collect("insert into item values (3)") }
            #expect(try await Self.items(database) == [3])
        }
    }

    @Test func `a swallowed error does not look like a commit`() async throws {
        try await Self.withItems { database in
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { lease in
                    try await lease.execute("insert into item values (1)")
                    _ = try? await lease.execute("insert into item values (1)")
                }
            }
            #expect(error?.sqlState == "25P02")
            let left = try await Self.items(database)
            #expect(left == [])
        }
    }

    @Test func `tasks side by side ask without waiting for each other, each gets its own answer, and one error is the transaction's`() async throws {
        try await Self.withItems { database in
            try await database.transaction { lease in
                for id in 1...20 { lease.collect("insert into item select unnest(\(each: Int64(id)))") }
                lease.sendAhead()
                var steps: [Int] = []
                let answers = try await lease.sideBySide((1...20).map { id in {
                    let first = try await lease.fetch(one("select id from item where id = \(Int64(id))", as: Int.self))
                    steps.append(1)
                    let second = try await lease.fetch(one("select id + 100 from item where id = \(Int64(id))", as: Int.self))
                    steps.append(2)
                    return [first, second]
                } })
                #expect(answers == (1...20).map { [$0, $0 + 100] })
                #expect(steps == Array(repeating: 1, count: 20) + Array(repeating: 2, count: 20))
                lease.collect(together: (21...30).map { id in
                    ["insert into item select unnest(\(each: Int64(id)))", "update item set id = -id where id = \(Int64(id))"]
                })
            }
            #expect(try await Self.items(database) == (-30 ... -21).map { $0 } + (1...20).map { $0 })
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { lease in
                    _ = try await lease.sideBySide((0...5).map { id in {
                        try await lease.fetch(one("select 12 / \(Int64(id))", as: Int.self))
                    } })
                }
            }
            #expect(error?.sqlState == "22012")
            #expect(try await Self.items(database).count == 30)
        }
    }

    @Test func `a savepoint that throws takes back only its own`() async throws {
        try await Self.withItems { database in
            try await database.transaction { lease in
                lease.collect("insert into item values (1)")
                _ = try? await lease.savepoint { inner in
                    try await inner.execute("insert into item values (2)")
                    try await inner.execute("insert into item values (2)")
                }
                try await lease.savepoint { inner in
                    inner.collect("insert into item values (3)")
                    _ = try? await inner.savepoint { innermost in
                        innermost.collect("insert into item values (4)")
                        innermost.collect("insert into item values (3)")
                    }
                }
                try await lease.savepoint { _ in }
            }
            #expect(try await Self.items(database) == [1, 3])
        }
    }

    @Test func `a savepoint in which nothing is asked keeps what was collected before it`() async throws {
        try await Self.withItems { database in
            try await database.transaction { lease in
                lease.collect("insert into item values (1)")
                try await lease.savepoint { _ in }
            }
            #expect(try await Self.items(database) == [1])
        }
    }

    @Test func `when all connections are taken a transaction fails after its wait, and others come in order`() async throws {
        try await Self.withItems { database in
            let gate = Promise<Void>()
            let started = (0..<2).map { _ in Promise<Void>() }
            let holders = started.map { started in
                Loop.start {
                    try await database.transaction { lease in
                        try await lease.execute("select 1")
                        started.succeed(())
                        try await gate.value()
                    }
                }
            }
            for holder in started { try await holder.value() }
            let error = await #expect(throws: PostgresError.self) { try await database.transaction { try await $0.execute("select 1") } }
            #expect(error?.kind == .timeout)
            #expect(error?.isRetriable == true)
            let waiter = Loop.start { try await database.transaction { try await $0.fetch(one("select 5", as: Int32.self)) } }
            gate.succeed(())
            for holder in holders { _ = try await holder.value }
            #expect(try await waiter.value == 5)
        }
    }

    @Test func `cancelling the task stops its statement and frees the connection`() async throws {
        try await Self.withItems { database in
            for _ in 0..<4 {
                let started = Promise<Void>()
                let task = Loop.start {
                    try await database.transaction { lease in
                        try await lease.execute("insert into item values (1)")
                        started.succeed(())
                        try await lease.execute("select pg_sleep(60)")
                    }
                }
                try await started.value()
                try await Loop.sleep(for: .milliseconds(20))
                task.cancel()
                let outcome = await task.result
                #expect(throws: PostgresError.self) { try outcome.get() }
                do { _ = try outcome.get() } catch let error as PostgresError { #expect(error.kind == .cancelled) }
            }
            let left = try await Self.items(database)
            #expect(left == [])
            let sleeping = try await database.fetch(one("select count(*) from pg_stat_activity where query like 'select pg_sleep%' and state = 'active' and datname = current_database()", as: Int.self))
            #expect(sleeping == 0)
        }
    }

    @Test func `a statement over its time is refused by the server`() async throws {
        try await TestDatabase.run(tune: { $0.statementTimeout = .milliseconds(100) }) { database in
            let error = await #expect(throws: PostgresError.self) { try await database.transaction { try await $0.execute("select pg_sleep(60)") } }
            #expect(error?.sqlState == "57014")
            #expect(error?.kind == .server)
        }
    }

    @Test func `isolation is what was asked for`() async throws {
        try await Self.withItems { database in
            let level = try await database.transaction(.serializable) { try await $0.fetch(one("select current_setting('transaction_isolation')", as: String.self)) }
            #expect(level == "serializable")
            let error = await #expect(throws: PostgresError.self) { try await database.transaction(.readOnly) { try await $0.execute("insert into item values (1)") } }
            #expect(error?.sqlState == "25006")
        }
    }
}
