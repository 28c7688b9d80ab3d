import EventLoop
import FoundationEssentials
import Postgres
import Testing

@Suite(.enabled(if: testServer != nil)) struct MigrationTests {
    private static func set(_ migrations: [(Int, String, String)]) -> MigrationSet {
        MigrationSet(series: "persons", migrations: migrations.map { Migration(number: $0.0, name: $0.1, sql: $0.2) })
    }
    private static let first = (1, "person", "create table person (id int8);\ninsert into person values (1);")
    private static let second = (2, "name", "alter table person add column name text;")

    @Test func `each migration is applied once, in order, per series`() async throws {
        try await TestDatabase.run { database in
            let other = MigrationSet(series: "messaging", migrations: [Migration(number: 1, name: "outbox", sql: "create table outbox (id int8)")])
            #expect(try await database.landedMigrations() == [])
            let applied = try await database.apply([other, Self.set([Self.first])])
            #expect(applied.map(\.series) == ["messaging", "persons"])
            #expect(try await database.apply([other, Self.set([Self.second, Self.first])]).map(\.number) == [2])
            #expect(try await database.apply([other, Self.set([Self.first, Self.second])]) == [])
            #expect(try await database.landedMigrations().map(\.name) == ["outbox", "person", "name"])
            #expect(try await database.fetch(one("select count(*) from person", as: Int.self)) == 1)
        }
    }

    @Test func `runners at the same time apply each migration once`() async throws {
        try await TestDatabase.run { database in
            let outcomes = await gather([1, 2, 3, 4]) { _ in try await database.apply([Self.set([Self.first, Self.second])]).count }
            let applied = try outcomes.map { try $0.get() }
            #expect(applied.sorted() == [0, 0, 0, 2])
        }
    }

    @Test func `a landed file that was edited, renamed or removed is refused by name`() async throws {
        try await TestDatabase.run { database in
            try await database.apply([Self.set([Self.first])])
            let edited = (1, "person", "create table person (id int8, more text);")
            let renamed = (1, "persons", Self.first.2)
            for bad in [Self.set([edited]), Self.set([renamed]), Self.set([Self.second])] {
                let error = await #expect(throws: PostgresError.self) { try await database.apply([bad]) }
                #expect(error?.kind == .migration)
                #expect(error?.message.contains("persons/0001_person.sql") == true)
            }
            #expect(try await database.landedMigrations().count == 1)
        }
    }

    @Test func `a migration that fails leaves nothing of itself, names its line, and those before it stay`() async throws {
        try await TestDatabase.run { database in
            let broken = (2, "broken", "create table half (id int8);\n\nselekt 1;")
            let error = await #expect(throws: PostgresError.self) { try await database.apply([Self.set([Self.first, broken])]) }
            #expect(error?.message.hasPrefix("persons/0002_broken.sql: line 3: ") == true)
            #expect(error?.sqlState == "42601")
            let landed = try await database.landedMigrations()
            #expect(landed.map(\.name) == ["person"])
            #expect(try await database.fetch(one("select to_regclass('half') is null", as: Bool.self)))
            let ending = (2, "ending", "create table half (id int8); commit;")
            let second = await #expect(throws: PostgresError.self) { try await database.apply([Self.set([Self.first, ending])]) }
            #expect(second?.kind == .migration)
        }
    }

    @Test func `a late number and a double number are refused`() async throws {
        try await TestDatabase.run { database in
            try await database.apply([Self.set([Self.second].map { (3, $0.1, "select 1") })])
            await #expect(throws: PostgresError.self) { try await database.apply([Self.set([(1, "late", "select 1"), (3, "name", "select 1")])]) }
            await #expect(throws: PostgresError.self) { try await database.apply([Self.set([(3, "name", "select 1"), (4, "a", ""), (4, "b", "")])]) }
        }
    }
}

@Suite struct MigrationFileTests {
    @Test func `files are read by their numbers and a misnamed one is refused`() throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        #expect(FileManager.default.createFile(atPath: directory + "/0002_second_step.sql", contents: Data("select 2".utf8)))
        #expect(FileManager.default.createFile(atPath: directory + "/0001_first.sql", contents: Data("select 1".utf8)))
        let set = try MigrationSet.load(series: "x", directory: directory)
        #expect(set.migrations == [Migration(number: 1, name: "first", sql: "select 1"), Migration(number: 2, name: "second_step", sql: "select 2")])
        #expect(set.migrations.map(\.fileName) == ["0001_first.sql", "0002_second_step.sql"])
        #expect(FileManager.default.createFile(atPath: directory + "/3_third.sql", contents: Data()))
        let error = #expect(throws: PostgresError.self) { try MigrationSet.load(series: "x", directory: directory) }
        #expect(error?.message.contains("3_third.sql") == true)
    }
}
