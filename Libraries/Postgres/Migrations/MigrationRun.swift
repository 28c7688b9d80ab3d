import EventLoop
import Telemetry

extension Database {
    /// One runner at a time, whatever the service: the advisory lock's key.
    private static let migrationLock: Int64 = 0x6d69_6772_6174_6521

    /// Applies what has not landed of each set, sets in their order, each migration in a transaction of its own.
    ///
    /// Another runner is waited for. Before anything is applied, all sets are compared with the database.
    /// - Returns: what was applied now.
    /// - Throws: ``PostgresError``; of kind migration, naming the file, when a landed migration was edited, renamed or is gone.
    @discardableResult
    public func apply(_ sets: [MigrationSet]) async throws -> [LandedMigration] {
        let session = try await session()
        do {
            let applied = try await apply(sets, on: session)
            await session.close()
            return applied
        } catch {
            await session.close()
            throw error
        }
    }

    /// What has landed, in the order of application; empty before the first ``apply(_:)``.
    public func landedMigrations() async throws -> [LandedMigration] {
        let exists = try await fetch(Query("select to_regclass('migration') is not null") { try $0.first?.column(0) ?? false })
        return exists ? try await fetch(Self.landed) : []
    }

    private static let landed = Query<[LandedMigration]>.all(
        "select series, number, name, checksum from migration order by at, series, number"
    ) { row in
        LandedMigration(
            series: try row.column(0), number: try row.column(1), name: try row.column(2), checksum: try row.column(3))
    }

    private func apply(_ sets: [MigrationSet], on session: Session) async throws -> [LandedMigration] {
        guard Set(sets.map(\.series)).count == sets.count else {
            throw PostgresError(.migration, "two sets of migrations have the same name")
        }
        try await session.advisoryLock(Self.migrationLock)
        if try await !session.fetch(Query("select to_regclass('migration') is not null", { try $0.first?.column(0) ?? false })) {
            try await session.execute(
                """
                create table migration (
                    series text not null, number int4 not null, name text not null,
                    checksum bytea not null, at timestamptz not null default clock_timestamp(),
                    primary key (series, number))
                """)
        }
        let landed = try await session.fetch(Self.landed)
        var plans: [(series: String, due: [MigrationPlan.Step])] = []
        for set in sets {
            let steps = try await session.checksums(set.migrations)
            plans.append((set.series, try MigrationPlan.due(set.series, steps, landed: landed.filter { $0.series == set.series })))
        }
        var applied: [LandedMigration] = []
        for (series, due) in plans {
            for step in due { applied.append(try await session.apply(step, of: series)) }
        }
        return applied
    }
}

extension Session {
    fileprivate func checksums(_ migrations: [Migration]) async throws -> [MigrationPlan.Step] {
        let texts = migrations.map { Array($0.sql.utf8) }
        let checksums = try await fetch(
            Query<[[UInt8]]>.all(
                "select sha256(text) from unnest(\(texts)) with ordinality as file (text, place) order by place"
            ) { try $0.column(0) })
        return zip(migrations, checksums).map { MigrationPlan.Step(migration: $0, checksum: $1) }
    }

    fileprivate func apply(_ step: MigrationPlan.Step, of series: String) async throws -> LandedMigration {
        let migration = step.migration
        let landed = LandedMigration(series: series, number: migration.number, name: migration.name, checksum: step.checksum)
        do {
            try await transaction { lease in
                try await lease.begin()
                try await connection.runScript(migration.sql)
                guard connection.isInTransaction else {
                    throw PostgresError(.migration, "it ends the transaction that it is applied in")
                }
                lease.collect(
                    "insert into migration (series, number, name, checksum) values (\(series), \(Int32(migration.number)), \(migration.name), \(step.checksum))")
            }
        } catch var error as PostgresError {
            error.message = "\(series)/\(migration.fileName): \(error.message)"
            throw error
        }
        Log.info("migration applied", ["series": .string(series), "file": .string(migration.fileName)])
        return landed
    }
}
