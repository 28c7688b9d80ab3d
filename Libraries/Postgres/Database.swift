public import EventLoop
import Telemetry

/// One PostgreSQL database: batches over shared connections, transactions over leases, sessions for what lives long.
///
/// It connects by itself, and again after a loss. While it cannot be reached, work fails soon, as
/// ``PostgresError/Kind/unavailable``; nothing hangs, and nothing has to be restarted.
@Loop public final class Database {
    public nonisolated let options: DatabaseOptions
    let lanes: [SharedLane]
    let queue: BatchQueue
    let leases: LeasePool
    private var departures: TurnHook?
    private var isClosed = false
    /// Nil while a shared connection is up.
    private var unreachableSince: ContinuousClock.Instant? = ContinuousClock.now
    private var givingUp: LoopTimer?

    public init(_ options: DatabaseOptions) {
        PostgresMetrics.declare()
        self.options = options
        lanes = (0..<max(1, options.sharedConnections)).map { _ in SharedLane(options) }
        queue = BatchQueue(mostBatches: options.batchesPerTransaction, mostStatements: options.statementsPerTransaction)
        leases = LeasePool(options)
        departures = Loop.eachTurn(.flush) { [weak self] in self?.sendWhatWaits() }
        for lane in lanes {
            lane.onChange = { [weak self] in self?.noteReachability() }
            lane.open()
        }
    }

    isolated deinit {
        departures?.cancel()
        for lane in lanes { lane.close() }
    }

    /// Whether a shared connection is up.
    public var isReachable: Bool { lanes.contains { $0.isUp } }

    /// Runs a batch; others that wait share its transaction. Returns after the commit, one ``Rows`` for each statement.
    ///
    /// - Throws: ``PostgresError``. Whatever another batch of the same transaction did wrong is not this one's error.
    public func run(_ batch: Batch) async throws -> [Rows] {
        guard !batch.statements.isEmpty else { return [] }
        for statement in batch.statements { try statement.check() }
        try Self.checkCancellation()
        let job = BatchJob(batch)
        try admit(job)
        return try await job.value()
    }

    /// Reads. The statement shares a transaction with batches that wait, and is run again should the connection be lost:
    /// what changes something is for ``run(_:)``.
    public func fetch<R>(_ query: Query<R>) async throws -> R {
        let rows = try await run(Batch(statements: [query.statement], mayRunAgain: true))
        guard let first = rows.first else { throw PostgresError(.server, "the server gave no answer") }
        return try query.decode(first)
    }

    /// Runs `body` in a transaction on a connection of its own. `BEGIN` leaves with the first statement, `COMMIT` with those collected.
    ///
    /// Returns after the commit; whatever `body` throws rolls back. Should the connection be lost during the commit, the error says
    /// that the outcome is unknown.
    @discardableResult
    public func transaction<R>(_ isolation: Isolation = .readCommitted, _ body: @Loop (Lease) async throws -> R) async throws -> R {
        try Self.checkCancellation()
        try checkReachable()
        let connection = try await leases.take()
        defer { leases.giveBack(connection) }
        return try await Lease.run(on: connection, isolation, body)
    }

    /// Opens a connection of its own for what lives long; the caller closes it.
    public func session() async throws -> Session {
        try Self.checkCancellation()
        guard !isClosed else { throw PostgresError(.closed, "the database was closed") }
        return Session(try await Connection.open(options, .session, within: options.connectTimeout))
    }

    /// Ends all connections. What waits or is under way fails.
    public func close() async {
        isClosed = true
        departures?.cancel()
        givingUp?.cancel()
        for job in queue.takeAll() { job.fail(PostgresError(.closed, "the database was closed")) }
        for lane in lanes { lane.close() }
        leases.close()
    }

    private func admit(_ job: BatchJob) throws(PostgresError) {
        try checkReachable()
        guard queue.count < options.waitingBatches else {
            throw PostgresError(.unavailable, "\(queue.count) batches wait for the database already")
        }
        queue.add(job)
    }

    /// Those who come while the database is away wait no longer than the first did.
    private func checkReachable() throws(PostgresError) {
        guard !isClosed else { throw PostgresError(.closed, "the database was closed") }
        guard let unreachableSince else { return }
        let left = unreachableSince + options.connectWait - ContinuousClock.now
        guard left > .zero else { throw PostgresError(.unavailable, "the database is not reachable") }
        if givingUp == nil { givingUp = Loop.timer(after: left) { [weak self] in self?.giveUp() } }
    }

    private func giveUp() {
        givingUp = nil
        guard !isReachable else { return }
        for job in queue.takeAll() { job.fail(PostgresError(.unavailable, "the database is not reachable")) }
    }

    private func noteReachability() {
        if isReachable {
            unreachableSince = nil
            givingUp?.cancel()
            givingUp = nil
        } else if unreachableSince == nil {
            unreachableSince = ContinuousClock.now
            // What is to run again after the loss waits as well.
            givingUp = Loop.timer(after: options.connectWait) { [weak self] in self?.giveUp() }
        }
    }

    private func sendWhatWaits() {
        guard !queue.isEmpty else { return }
        // Batches that go alone may be slow: with more than one connection they never hold all.
        let soloLimit = max(1, lanes.count - 1)
        while let lane = lanes.max(by: { $0.room < $1.room }), lane.room > 0 {
            let soloAllowed = lane.isIdle && lanes.count(where: \.fliesSolo) < soloLimit
            let jobs = queue.next(room: lanes.reduce(0) { $0 + $1.room }, soloAllowed: soloAllowed)
            if jobs.isEmpty { return }
            lane.carry(jobs) { [weak self] again in self?.takeBack(again) }
        }
    }

    private func takeBack(_ jobs: [BatchJob]) {
        guard isClosed else { return queue.putBack(jobs) }
        for job in jobs { job.fail(PostgresError(.closed, "the database was closed")) }
    }

    static func checkCancellation() throws(PostgresError) {
        if Task.isCancelled { throw .cancelled }
    }
}

extension Statement {
    func check() throws(PostgresError) {
        guard parameterCount <= Self.mostParameters else {
            throw PostgresError(.misuse, "\(parameterCount) parameters, at most \(Self.mostParameters) are possible; bind an array")
        }
    }
}
