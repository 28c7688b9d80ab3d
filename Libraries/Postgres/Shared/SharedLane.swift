import EventLoop
import Telemetry

/// One shared connection, opened again whenever it is lost. A transaction may leave while another is under way, to be run right after it.
@Loop final class SharedLane {
    private let options: DatabaseOptions
    private var connection: Connection?
    private var upkeep: Task<Void, Never>?
    private var isClosed = false
    /// The transaction under way is of a batch that goes alone.
    private(set) var fliesSolo = false
    private var lastDeparture = ContinuousClock.now
    var onChange: (@Loop () -> Void)?

    init(_ options: DatabaseOptions) { self.options = options }

    var isUp: Bool { connection?.isOpen == true }
    /// Nothing is under way.
    var isIdle: Bool { room == Self.deepest }
    /// How many transactions may leave now; none behind a batch that goes alone, or behind a transaction that waits for a lock.
    var room: Int {
        guard let connection, connection.isOpen else { return 0 }
        if connection.isIdle { return Self.deepest }
        guard !fliesSolo, ContinuousClock.now - lastDeparture < Self.usual else { return 0 }
        return max(0, Self.deepest - connection.flights.count)
    }

    /// One at work at the server and one that waits there for its turn.
    private static let deepest = 2
    /// Behind a transaction that takes longer nothing is sent: it would wait too.
    private static let usual = Duration.milliseconds(20)

    /// Keeps a connection open until ``close()``.
    func open() {
        upkeep = Loop.spawn { [weak self] in
            var failures = 0, told = ""
            while let lane = self, !lane.isClosed {
                do {
                    let lost = try await lane.connect()
                    if failures > 0 { Log.info("the database is back") }
                    let opened = ContinuousClock.now
                    _ = try? await lost.value()
                    if lane.isClosed { return }
                    PostgresMetrics.reconnects.increment()
                    // A connection that falls at once would be opened without end.
                    failures = ContinuousClock.now - opened < .seconds(1) ? failures + 1 : 0
                    if failures > 1 { try? await lane.pause(after: failures) }
                } catch {
                    if lane.isClosed { return }
                    failures += 1
                    // Another reason is news: it starts now, or has no place left.
                    if failures == 1 || failures % 60 == 0 || told != "\(error)" {
                        Log.warning("the database is not reachable", ["error": .error(error)])
                        told = "\(error)"
                    }
                    try? await lane.pause(after: failures)
                }
            }
        }
    }

    /// From 50 ms, doubling, up to 2 s; the jitter keeps the instances of a service apart.
    private func pause(after failures: Int) async throws {
        let pause = min(2000, 50 << min(failures - 1, 6)) * Int.random(in: 75...125) / 100
        try await Loop.sleep(for: .milliseconds(pause))
    }

    private func connect() async throws -> Promise<Void> {
        let connection = try await Connection.open(options, .shared, within: options.connectTimeout)
        guard !isClosed else {
            connection.close()
            throw PostgresError(.closed, "the database was closed")
        }
        let lost = Promise<Void>()
        connection.onLost = { [weak self] reason in
            if self?.isClosed == false { Log.warning("a database connection was lost", ["reason": .string(reason)]) }
            self?.connection = nil
            lost.succeed(())
            self?.onChange?()
        }
        self.connection = connection
        onChange?()
        return lost
    }

    /// Sends batches as one transaction and gives back those that must run again.
    func carry(_ jobs: [BatchJob], putBack: @escaping @Loop ([BatchJob]) -> Void) {
        guard let connection else { return putBack(jobs) }
        let shared = SharedFlight(jobs: jobs)
        let now = ContinuousClock.now
        lastDeparture = now
        for job in jobs {
            if job.flights == 0 { PostgresMetrics.batchWait.observe(now - job.asked) }
            job.flights += 1
        }
        PostgresMetrics.batchSize.observe(Double(jobs.count))
        fliesSolo = shared.isSolo
        connection.send(Flight(shared.statements) { [weak self] flight in
            self?.fliesSolo = false
            let again = shared.settle(flight)
            guard !again.isEmpty else { return }
            PostgresMetrics.rerun.increment(by: again.count)
            putBack(again)
        })
    }

    func close() {
        isClosed = true
        upkeep?.cancel()
        connection?.close()
        connection = nil
    }
}
