import Contracts
import EventLoop
import HTTP
import Messaging
import Postgres
import Telemetry

/// What an instance shows of its parts. It is read when somebody looks, so that nothing of it costs a request anything.
@Loop final class InstanceMetrics {
    private let connections = Metrics.gauge("egov_http_connections", "Open connections of clients.")
    private let inFlight = Metrics.gauge("egov_http_requests_in_flight", "Requests under way, without the one that asks for this.")
    private let reachable = Metrics.gauge("egov_postgres_reachable", "1 while a shared connection to the database is up.")
    private let lanes = Metrics.gauges("egov_postgres_lanes", "Shared connections: open, and busy with a transaction.", labels: "state")
    private let leases = Metrics.gauge("egov_postgres_leases_in_use", "Transactions that have a connection of their own.")
    private let waiting = Metrics.gauges(
        "egov_postgres_waiting", "What waits for a connection: batches for a shared one, transactions for one of their own.", labels: "for")
    private let relay = Metrics.gauge("egov_relay_active", "1 while this instance publishes what its database's outbox holds.")
    private let lag = Metrics.gauges(
        "egov_consumer_lag_messages", "Messages of a partition of this instance that have not taken effect.", labels: "topic", "partition")
    private let outbox = Metrics.gauge("egov_outbox_messages", "Messages that wait in the outbox; at most 100,000 are counted.")
    private let outboxAge = Metrics.gauge("egov_outbox_oldest_seconds", "Since when the oldest message waits in the outbox; 0 when none does.")
    private let parked = Metrics.gauge("egov_parked_messages", "Messages and timers that wait for an operator's decision.")
    private let due = Metrics.gauge("egov_timers_due", "Timers past their moment; at most 10,000 are counted.")
    private let ahead = Metrics.gauge("egov_timers_ahead", "Timers that wait for their moment; above 10,000 PostgreSQL's estimate.")

    private let database: Database
    private let clock: LawClock
    private var shownLag: [Gauge] = []
    private var lastAsked: ContinuousClock.Instant?

    /// The store is asked at most this often, however many look.
    private static let storeInterval = Duration.seconds(5)
    /// Who looks waits no longer for the store.
    private static let patience = Duration.seconds(2)

    init(service: ServiceName, database: Database, clock: LawClock) {
        self.database = database
        self.clock = clock
        Metrics.gauges("egov_service_info", "1; its labels say what runs.", labels: "name", "version")[service.rawValue, Version.text].set(to: 1)
        Metrics.observe("egov_loop_longest_turn_seconds", "The longest turn of the loop since this was last asked for.") {
            let (seconds, attoseconds) = Loop.takeLongestTurn().components
            return Double(seconds) + Double(attoseconds) / 1e18
        }
    }

    /// All metrics as Prometheus reads them. What the store knows may be five seconds old; while it is away, older.
    func text(_ server: HTTPServer, _ relay: Relay?, _ consumer: MessageConsumer?) async -> [UInt8] {
        await askStore()
        connections.set(to: server.openConnections)
        inFlight.set(to: max(0, server.activeRequests - 1))
        let use = database.occupancy
        reachable.set(to: database.isReachable ? 1 : 0)
        lanes["open"].set(to: use.lanesOpen)
        lanes["busy"].set(to: use.lanesInUse)
        leases.set(to: use.leasesInUse)
        waiting["shared"].set(to: use.batchesWaiting)
        waiting["lease"].set(to: use.leasesWaiting)
        self.relay.set(to: relay?.state == .relaying ? 1 : 0)
        show(consumer?.lagByPartition ?? [])
        return Metrics.render()
    }

    /// A partition that went to another instance is no longer behind here.
    private func show(_ lags: [(topic: String, partition: Int32, messages: Int64)]) {
        for gauge in shownLag { gauge.set(to: 0) }
        shownLag = lags.map { lag in
            let gauge = self.lag[lag.topic, "\(lag.partition)"]
            gauge.set(to: Double(lag.messages))
            return gauge
        }
    }

    /// One round trip, each part of it bounded; it goes alone, not within the requests' transactions.
    private func askStore() async {
        let now = Loop.now
        if let lastAsked, now - lastAsked < Self.storeInterval { return }
        guard database.isReachable else { return }
        lastAsked = now
        let (depth, waiting, timers) = (Outbox.depth, ParkedMessages.count, TimerRunner.roughCounts(at: clock.now))
        let batch = Batch(statements: [depth.statement, waiting.statement, timers.statement], key: "metrics", goesAlone: true, mayRunAgain: true)
        do {
            let (waits, kept, counts) = try await withTimeout(Self.patience) {
                let rows = try await self.database.run(batch)
                return (try depth.decode(rows[0]), try waiting.decode(rows[1]), try timers.decode(rows[2]))
            }
            outbox.set(to: Double(waits.rows))
            outboxAge.set(to: waits.oldest.map { max(0, Double(Timestamp.now.microseconds - $0.microseconds) / 1e6) } ?? 0)
            parked.set(to: Double(kept))
            due.set(to: Double(counts.due))
            ahead.set(to: Double(counts.ahead))
        } catch {
            Log.warning("the store's metrics are old", ["error": "\(error)"])
        }
    }
}
