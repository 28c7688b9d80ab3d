import EventLoop
import Glibc
import Postgres
import Testing

@Suite(.enabled(if: testServer != nil)) struct LossTests {
    /// Ends every connection to the test's database but the caller's own.
    @Loop private static func endConnections(by session: Session) async throws {
        try await session.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
    }

    @Test func `connections killed while idle are replaced and the next batch runs`() async throws {
        try await TestDatabase.run { database in
            let session = try await database.session()
            for _ in 0..<3 {
                _ = try await database.fetch(one("select 1", as: Int32.self))
                try await database.transaction { try await $0.execute("select 1") }
                try await Self.endConnections(by: session)
                #expect(try await database.fetch(one("select 2", as: Int32.self)) == 2)
                let outcome = await gather([0]) { _ in try await database.transaction { try await $0.execute("select 1") } }
                // A lease that was not yet seen to be dead may be handed out; then it says that nothing was committed.
                if let error = outcome[0].error { #expect(error.kind == .connectionLost(outcomeUnknown: false)) }
            }
            await session.close()
        }
    }

    @Test func `batches whose statements were cut off run again by themselves, once each`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8 primary key)"]))
            let session = try await database.session()
            let holder = try await database.session()
            // The batches wait behind this lock until their connections are cut.
            let release = Promise<Void>()
            let locked = Promise<Void>()
            let lock = Loop.start {
                try await holder.transaction { lease in
                    try await lease.execute("lock table item")
                    locked.succeed(())
                    try await release.value()
                }
            }
            try await locked.value()
            let work = Loop.start { await gather(Array(0..<50)) { id in
                try await database.run(Batch(statements: ["insert into item values (\(id))"]))[0].affected
            } }
            while try await session.fetch(one("select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()", as: Int.self)) == 0 {
                try await Loop.sleep(for: .milliseconds(2))
            }
            try await session.execute(
                "select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()")
            release.succeed(())
            try await lock.value
            let outcomes = try await work.value
            #expect(outcomes.allSatisfy { $0.error == nil })
            #expect(try await database.fetch(one("select count(*) from item", as: Int.self)) == 50)
            await session.close()
            await holder.close()
        }
    }

    @Test func `a connection lost during the commit leaves the outcome unknown, unless the batch may run again`() async throws {
        try await TestDatabase.run { database in
            _ = try await database.run(Batch(statements: [
                "create table item (id int8)",
                "create table first_try (done boolean)",
                "insert into first_try values (true)",
                // Runs within the commit and waits there until it is cut off; advisory lock 7 is held by the test.
                """
                create function wait_in_commit() returns trigger language plpgsql as $$
                begin perform pg_advisory_xact_lock_shared(7); return null; end $$
                """,
                "create constraint trigger slow after insert on item deferrable initially deferred for each row execute function wait_in_commit()",
            ]))
            let session = try await database.session()
            try await session.advisoryLock(7)
            let plain = Loop.start { try await database.run(Batch(statements: ["insert into item values (1)"])) .count }
            let guarded = Loop.start { try await database.run(Batch(statements: ["insert into item values (2)"], mayRunAgain: true)).count }
            while try await session.fetch(one("select count(*) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database() and locktype = 'advisory'", as: Int.self)) == 0 {
                try await Loop.sleep(for: .milliseconds(2))
            }
            try await session.execute("select pg_terminate_backend(pid) from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database() and locktype = 'advisory'")
            let error = await #expect(throws: PostgresError.self) { _ = try await plain.value }
            #expect(error?.kind == .connectionLost(outcomeUnknown: true))
            #expect(error?.sqlState == "08007")
            try await session.advisoryUnlock(7)
            _ = try await guarded.value
            #expect(try await database.fetch(.all("select id from item") { try $0.column(0, as: Int.self) }) == [2])
            await session.close()
        }
    }

    @Test func `a transaction whose connection is cut off says that nothing was committed`() async throws {
        try await TestDatabase.run { database in
            let session = try await database.session()
            let error = await #expect(throws: PostgresError.self) {
                try await database.transaction { lease in
                    try await lease.execute("select 1")
                    try await Self.endConnections(by: session)
                    try await lease.execute("select 2")
                }
            }
            #expect(error?.kind == .connectionLost(outcomeUnknown: false))
            #expect(error?.isRetriable == true)
            await session.close()
        }
    }

    @Test func `a server that falls silent is given up`() async throws {
        try await TestDatabase.run(tune: { $0.silenceLimit = .milliseconds(200) }) { database in
            _ = try await database.fetch(one("select 1", as: Int32.self))
            let error = await #expect(throws: PostgresError.self) { try await database.transaction { try await $0.execute("select pg_sleep(8)") } }
            #expect(error?.kind == .connectionLost(outcomeUnknown: false))
            let batch = Batch(statements: ["select pg_sleep(8)"])
            let second = await #expect(throws: PostgresError.self) { try await database.run(batch).count }
            #expect(second?.kind == .connectionLost(outcomeUnknown: true))
            #expect(try await database.fetch(one("select 2", as: Int32.self)) == 2)
        }
    }

    @Test func `a database that appears later is used without a restart`() async throws {
        try await TestDatabase.run { database in
            let name = "late_\(UInt64.random(in: 0 ... .max))"
            var options = database.options
            options.url = TestDatabase.url(options.url, database: name)
            options.connectWait = .milliseconds(50)
            let late = Database(options)
            let error = await #expect(throws: PostgresError.self) { try await late.fetch(one("select 1", as: Int32.self)) }
            #expect(error?.kind == .unavailable)
            let session = try await database.session()
            try await session.createDatabase(name)
            while !late.isReachable { try await Loop.sleep(for: .milliseconds(5)) }
            #expect(try await late.fetch(one("select current_database()::text", as: String.self)) == name)
            await late.close()
            try await session.dropDatabase(name)
            await session.close()
        }
    }

    @Test func `a cancelled batch that waits is not run, and others are`() async throws {
        try await TestDatabase.run(tune: { $0.sharedConnections = 1 }) { database in
            _ = try await database.run(Batch(statements: ["create table item (id int8)"]))
            let slow = Loop.start { try await database.fetch(Query<Int>("select pg_sleep(0.2)", { $0.count })) }
            try await Loop.sleep(for: .milliseconds(30))
            let cancelled = Loop.start { try await database.run(Batch(statements: ["insert into item values (1)"])).count }
            let kept = Loop.start { try await database.run(Batch(statements: ["insert into item values (2)"])).count }
            cancelled.cancel()
            let error = await #expect(throws: PostgresError.self) { _ = try await cancelled.value }
            #expect(error?.kind == .cancelled)
            _ = try await slow.value
            _ = try await kept.value
            #expect(try await database.fetch(.all("select id from item") { try $0.column(0, as: Int.self) }) == [2])
        }
    }
}

@Suite struct UnreachableTests {
    /// A server that cannot be reached: nothing listens on the socket of this directory.
    @Test(arguments: ["host=/nonexistent/directory dbname=x", "postgresql://127.0.0.1:1/x"])
    func `an unreachable database fails soon and says that trying again may help`(url: String) async throws {
        try await Loop.run {
            var options = DatabaseOptions(url: url)
            options.connectWait = .milliseconds(100)
            let database = Database(options)
            for _ in 0..<3 {
                for error in [
                    await #expect(throws: PostgresError.self) { try await database.fetch(one("select 1", as: Int32.self)) },
                    await #expect(throws: PostgresError.self) { try await database.transaction { try await $0.execute("select 1") } },
                    await #expect(throws: PostgresError.self) { _ = try await database.session() },
                ] {
                    #expect(error?.kind == .unavailable)
                    #expect(error?.isRetriable == true)
                }
            }
            #expect(!database.isReachable)
            await database.close()
            let error = await #expect(throws: PostgresError.self) { try await database.fetch(one("select 1", as: Int32.self)) }
            #expect(error?.kind == .closed)
        }
    }

    @Test func `a URL that cannot be parsed is refused without showing it`() async throws {
        try await Loop.run {
            let database = Database(DatabaseOptions(url: "postgresql://user:secret@host:notaport:x/=?%"))
            let error = await #expect(throws: PostgresError.self) { _ = try await database.session() }
            #expect(error?.kind == .misuse)
            #expect(error.map { "\($0)".contains("secret") } == false)
            await database.close()
        }
    }
}
