/// One step of a schema. Once it has landed in a database it is never edited; the next step corrects it.
public struct Migration: Sendable, Hashable {
    /// From 1; steps run in order of their numbers.
    public var number: Int
    public var name: String
    /// Any number of statements. They run in one transaction, which they may not end.
    public var sql: String

    public init(number: Int, name: String, sql: String) {
        self.number = number
        self.name = name
        self.sql = sql
    }

    /// The name of its file: `0001_person.sql`.
    public var fileName: String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_" + name + ".sql"
    }
}

/// The migrations of one owner: a library's, or a service's own.
public struct MigrationSet: Sendable {
    /// What tells it from other sets in the same database.
    public var series: String
    public var migrations: [Migration]

    public init(series: String, migrations: [Migration]) {
        self.series = series
        self.migrations = migrations
    }
}

/// A migration as the database remembers it.
public struct LandedMigration: Sendable, Hashable {
    public var series: String
    public var number: Int
    public var name: String
    /// SHA-256 of its text.
    public var checksum: [UInt8]

    var fileName: String { Migration(number: number, name: name, sql: "").fileName }
}
