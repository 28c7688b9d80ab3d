import Contracts
import EventLoop
import Messaging
import Postgres
import Trust

extension StatusReport.Details {
    /// What an operator needs to explain a fault, asked of the store and of what the instance was started with.
    @Loop init(
        _ database: Database, clock: LawClock, consumer: MessageConsumer, keys: ServiceKeys, lawData: [StatusReport.LawDatum],
        migrations: [MigrationSet]
    ) async throws {
        let databaseNow = try await database.fetch(Query<Timestamp?>.first("SELECT clock_timestamp()") { try $0.column(0) })
        let now = Timestamp.now
        let landed = try await database.landedMigrations().map { StatusReport.Step(set: $0.series, number: $0.number, name: $0.name) }
        let held = migrations.flatMap { set in
            set.migrations.map { StatusReport.Step(set: set.series, number: $0.number, name: $0.name) }
        }
        let parked = try await database.fetch(ParkedMessages.waiting)
        self.init(
            now: now, databaseNow: databaseNow ?? now, lawNow: clock.now,
            pending: held.filter { !landed.contains($0) }, unknown: landed.filter { !held.contains($0) },
            relayHolder: try await database.fetch(Messaging.Relay.holder), parkedKeys: parked.keys, parkedSince: parked.since,
            timerDueSince: try await database.fetch(TimerRunner.dueSince(at: clock.now)), keys: StatusReport.Keys(keys), lawData: lawData,
            timelines: try await database.fetch(Timelines.all), published: try await database.fetch(Published.all),
            handled: consumer.handled)
    }
}

extension StatusReport.Keys {
    fileprivate init(_ keys: ServiceKeys) {
        self.init(
            signing: keys.signing.publicKey.thumbprint, opening: keys.opening.publicKey.thumbprint,
            trusted: keys.everyone.entries.map { Trusted(kid: $0.kid, owner: $0.owner, use: $0.use.rawValue, expires: $0.expires) })
    }
}
