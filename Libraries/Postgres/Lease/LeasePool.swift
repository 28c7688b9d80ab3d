import EventLoop
import Telemetry

/// Connections for leases: opened when needed, kept, handed out in the order of asking.
@Loop final class LeasePool {
    /// What a waiter gets: a connection, or the right to open one.
    private enum Turn { case connection(Connection), place }

    @Loop private final class Waiter {
        let turn = Promise<Turn>()
    }

    private let options: DatabaseOptions
    private var idle: [Connection] = []
    private var open = 0
    private var waiters: [Waiter] = []
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
            waiter.turn.succeed(.connection(connection))
        } else {
            idle.append(connection)
        }
    }

    func close() {
        isClosed = true
        for connection in idle { connection.close() }
        idle = []
        for waiter in waiters { waiter.turn.fail(PostgresError(.closed, "the database was closed")) }
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
        if let waiter = nextWaiter() { waiter.turn.succeed(.place) } else { open -= 1 }
    }

    private func nextWaiter() -> Waiter? { waiters.isEmpty ? nil : waiters.removeFirst() }

    private func nextTurn() async throws(PostgresError) -> Turn {
        let waiter = Waiter()
        waiters.append(waiter)
        let timer = Loop.timer(after: options.leaseWait) { [weak self] in
            self?.waiters.removeAll { $0 === waiter }
            waiter.turn.fail(PostgresError(.timeout, "all \(self?.options.leases ?? 0) connections for transactions are taken"))
        }
        defer { timer.cancel() }
        do {
            return try await waiter.turn.value()
        } catch let error as PostgresError {
            throw error
        } catch {
            waiters.removeAll { $0 === waiter }
            // Its turn may have come in the moment it gave up.
            Loop.spawn { [weak self] in
                guard waiter.turn.isResolved, let turn = try? await waiter.turn.value() else { return }
                switch turn {
                case .connection(let connection): self?.giveBack(connection)
                case .place: self?.freePlace()
                }
            }
            throw .cancelled
        }
    }
}
