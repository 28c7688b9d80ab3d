import EventLoop
import Telemetry

/// Connections for leases: opened when needed, kept, handed out in the order of asking.
@Loop final class LeasePool {
    /// What a waiter gets: a connection, or the right to open one.
    private enum Turn { case connection(Connection), place }

    @Loop private final class Waiter {
        let due: ContinuousClock.Instant
        /// Nil once it was answered.
        var continuation: UnsafeContinuation<Result<Turn, PostgresError>, Never>?

        init(_ due: ContinuousClock.Instant) { self.due = due }

        func answer(_ outcome: Result<Turn, PostgresError>) {
            continuation?.resume(returning: outcome)
            continuation = nil
        }
    }

    private let options: DatabaseOptions
    private var idle: [Connection] = []
    private var open = 0
    /// In the order of asking, which is that of their deadlines.
    private var waiters: [Waiter] = []
    private var timer: LoopTimer?
    private var isClosed = false

    init(_ options: DatabaseOptions) { self.options = options }

    /// Connections that are handed out, or are being opened for one that asked.
    var inUse: Int { open - idle.count }
    /// Transactions that wait for a connection.
    var waiting: Int { waiters.count }

    func take() async throws(PostgresError) -> Connection {
        let asked = ContinuousClock.now
        defer { PostgresMetrics.leaseWait.observe(ContinuousClock.now - asked) }
        while let connection = idle.popLast() {
            if connection.isOpen { return connection }
            open -= 1
        }
        if open < max(1, options.leases) {
            open += 1
            return try await connect()
        }
        switch try await nextTurn() {
        case .connection(let connection): return connection
        case .place: return try await connect()
        }
    }

    /// Every taken connection comes back here, whatever became of it.
    func giveBack(_ connection: Connection) {
        guard connection.isOpen, connection.isIdle, !connection.isInTransaction, !isClosed else {
            connection.close()
            return freePlace()
        }
        if let waiter = nextWaiter() {
            waiter.answer(.success(.connection(connection)))
        } else {
            idle.append(connection)
        }
    }

    func close() {
        isClosed = true
        for connection in idle { connection.close() }
        idle = []
        timer?.cancel()
        for waiter in waiters { waiter.answer(.failure(PostgresError(.closed, "the database was closed"))) }
        waiters = []
    }

    /// Opens a connection in a place that is counted already.
    private func connect() async throws(PostgresError) -> Connection {
        do {
            let limit = min(options.connectTimeout, max(options.connectWait, .milliseconds(200)))
            return try await Connection.open(options, .lease, within: limit)
        } catch {
            freePlace()
            throw error
        }
    }

    private func freePlace() {
        if let waiter = nextWaiter() { waiter.answer(.success(.place)) } else { open -= 1 }
    }

    private func nextWaiter() -> Waiter? { waiters.isEmpty ? nil : waiters.removeFirst() }

    private func nextTurn() async throws(PostgresError) -> Turn {
        let waiter = Waiter(ContinuousClock.now + options.leaseWait)
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { (continuation: UnsafeContinuation<Result<Turn, PostgresError>, Never>) in
                guard !Task.isCancelled else { return continuation.resume(returning: .failure(.cancelled)) }
                waiter.continuation = continuation
                waiters.append(waiter)
                if timer == nil { watchDeadlines() }
            }
        } onCancel: {
            // One whose turn has come meanwhile has its connection, and gives it back by itself.
            Loop.spawn { self.giveUp(waiter, .cancelled) }
        }
        return try outcome.get()
    }

    private func giveUp(_ waiter: Waiter, _ error: PostgresError) {
        waiters.removeAll { $0 === waiter }
        waiter.answer(.failure(error))
    }

    /// One timer for all: the first to ask is the first whose time is up.
    private func watchDeadlines() {
        guard let first = waiters.first else { return timer = nil }
        timer = Loop.timer(after: first.due - ContinuousClock.now) { [weak self] in
            guard let self else { return }
            let now = ContinuousClock.now
            for waiter in waiters.prefix(while: { $0.due <= now }) {
                giveUp(waiter, PostgresError(.timeout, "all \(options.leases) connections for transactions are taken"))
            }
            watchDeadlines()
        }
    }
}
