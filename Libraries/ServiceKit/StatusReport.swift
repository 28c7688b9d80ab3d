import Contracts
import EventLoop
import Kafka
import Messaging
import Postgres

extension StatusReport {
    /// What an operator wants to know of an instance, asked of its store and its parts.
    @Loop init(
        service: ServiceName, instance: String, startedAt: Timestamp, profile: String, database: Database, clock: LawClock,
        relay: Messaging.Relay?, consumer: MessageConsumer?, details: Details
    ) async throws {
        let depth = try await database.fetch(Messaging.Outbox.depth)
        let timers = TimerRunner.counts(at: clock.now)
        // Counting is slow where timers are many: it goes alone, not within the requests' transactions.
        let counted = try await database.run(Batch(statements: [timers.statement], key: "status", goesAlone: true, mayRunAgain: true))
        let (due, ahead) = try counted.first.map(timers.decode) ?? (0, 0)
        let relayState: StatusReport.Relay = switch relay?.state {
        case .relaying: .publishing
        case .standingBy: .standingBy
        case .starting, .waitingForKafka: .waiting
        case .stopped, nil: .none
        }
        let landed = try await database.fetch(Query.all("SELECT series, number, name, at FROM migration ORDER BY at, series, number") { row in
            Migration(set: try row.column(0), number: Int(try row.column(1, as: Int32.self)), name: try row.column(2), at: try row.column(3))
        })
        let oldest = depth.oldest.map { Double((Timestamp.now - $0).components.seconds) }
        self.init(
            service: service, version: Version.text, instance: instance, startedAt: startedAt, profile: profile,
            database: database.isReachable, broker: relayState == .publishing || relayState == .standingBy, migrations: landed,
            outbox: StatusReport.Outbox(depth: depth.rows, oldestSeconds: oldest), relay: relayState,
            parked: try await database.fetch(ParkedMessages.count), lag: consumer?.lag ?? [], timersDue: due, timersAhead: ahead, details: details)
    }
}
