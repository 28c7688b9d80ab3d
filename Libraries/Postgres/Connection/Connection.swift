import CLibpq
import EventLoop
import Telemetry

/// One connection of libpq in pipeline mode, its socket in the loop. What is sent is answered in order.
@Loop final class Connection {
    /// Nil once the connection is lost or closed.
    private(set) var handle: OpaquePointer?
    // libpq closes its socket by itself when the server goes; the watch must know the number all the same.
    private let descriptor: Int32
    private var watch: Watch?
    var flights: [Flight] = []
    var prepared: PreparedStatements
    /// Ends of commands that came without a result between them.
    var consecutiveEnds = 0
    private let silenceLimit: Duration?
    private var lastSign = ContinuousClock.now
    private var silenceTimer: LoopTimer?
    /// Requests to cancel that have not reached the server yet, and who waits for them.
    var cancelsUnderWay = 0
    var cancelWaiters: [UnsafeContinuation<Void, Never>] = []
    /// Takes the socket's events in place of the pipeline, while COPY runs.
    var duringCopy: (@Loop (LoopEvents) -> Void)?
    var onNotification: (@Loop (Notification) -> Void)?
    /// Called once, with the reason.
    var onLost: (@Loop (String) -> Void)?
    private(set) var lossReason = "it was closed"

    /// Takes over a connection that is established and does not block.
    init(_ handle: OpaquePointer, preparedStatements: Int, silenceLimit: Duration?) throws(PostgresError) {
        self.handle = handle
        self.silenceLimit = silenceLimit
        descriptor = PQsocket(handle)
        prepared = PreparedStatements(limit: preparedStatements)
        guard PQenterPipelineMode(handle) == 1 else { throw PostgresError(.unavailable, "the connection is not ready") }
        do {
            watch = try Loop.watch(descriptor, .readable, label: "a database connection") { [weak self] events in
                self?.socketIsReady(events)
            }
        } catch {
            throw PostgresError(.unavailable, "the connection cannot be watched: \(error)")
        }
        PostgresMetrics.connections.increment()
    }

    isolated deinit { close() }

    var isOpen: Bool { handle != nil }
    var isIdle: Bool { flights.isEmpty }

    /// Whether a transaction block is open, failed or not.
    var isInTransaction: Bool {
        guard let handle else { return false }
        let status = PQtransactionStatus(handle)
        return status != PQTRANS_IDLE
    }

    var processID: Int32 { handle.map { PQbackendPID($0) } ?? 0 }

    func close() {
        guard let handle else { return }
        self.handle = nil
        watch?.cancel()
        silenceTimer?.cancel()
        PQfinish(handle)
        PostgresMetrics.connections.decrement()
        let waiting = cancelWaiters
        cancelWaiters = []
        for waiter in waiting { waiter.resume() }
        let unanswered = flights
        flights = []
        for flight in unanswered {
            flight.failure = flight.failure ?? .lost(lossReason, mayHaveCommitted: true)
            flight.complete()
        }
    }

    /// The connection is of no use any more; what is unanswered fails.
    func lose(_ reason: String? = nil) {
        guard let handle else { return }
        lossReason = reason ?? Self.message(handle)
        close()
        let tell = onLost
        onLost = nil
        tell?(lossReason)
    }

    /// Sends a flight at once. It completes when its Sync is answered, or when the connection is lost.
    func send(_ flight: Flight) {
        guard let handle, duringCopy == nil else {
            flight.failure = .lost(lossReason, mayHaveCommitted: false)
            return flight.complete()
        }
        if flights.isEmpty { lastSign = ContinuousClock.now }
        flights.append(flight)
        if silenceTimer == nil { watchForSilence() }
        if flights.count == 1, !isInTransaction {
            for old in prepared.takeDropped() {
                flight.steps.append(.deallocate(old))
                guard PQsendQueryParams(handle, "DEALLOCATE \(old.name)", 0, nil, nil, nil, nil, 1) == 1 else { return lose() }
            }
        }
        for (index, statement) in flight.statements.enumerated() {
            let name: String
            if let known = prepared.find(statement) {
                name = known.name
            } else {
                let new = prepared.add(statement)
                name = new.name
                flight.steps.append(.prepare(new))
                guard statement.sendPrepare(name, on: handle) else { return lose() }
            }
            flight.steps.append(.statement(index))
            guard statement.sendExecute(name, on: handle) else { return lose() }
        }
        guard PQpipelineSync(handle) == 1 else { return lose() }
        PostgresMetrics.statements.increment(by: flight.statements.count)
        flush()
    }

    /// Hands what libpq holds to the socket, now or when it is writable again; true while some of it waits for that.
    @discardableResult
    func flush() -> Bool {
        guard let handle else { return false }
        switch PQflush(handle) {
        case 0: watch?.change(to: .readable)
        case 1:
            watch?.change(to: [.readable, .writable])
            return true
        default: lose()
        }
        return false
    }

    private func socketIsReady(_ events: LoopEvents) {
        lastSign = ContinuousClock.now
        if let duringCopy { return duringCopy(events) }
        if events.contains(.writable) { flush() }
        // Zero means lost; PQisBusy would say 0 as well and the next flight would wait for ever.
        guard let handle else { return }
        guard PQconsumeInput(handle) == 1 else { return lose() }
        takeAnswers()
        takeNotifications()
    }

    /// A peer that went without a word would be waited for until the system's own time-outs, which are hours.
    private func watchForSilence() {
        guard let silenceLimit else { return }
        silenceTimer = Loop.timer(after: lastSign + silenceLimit - ContinuousClock.now) { [weak self] in
            guard let self else { return }
            silenceTimer = nil
            if flights.isEmpty { return }
            if ContinuousClock.now - lastSign < silenceLimit { return watchForSilence() }
            lose("the server owes an answer and has been silent for \(silenceLimit)")
        }
    }

    func takeNotifications() {
        while let handle, let notice = PQnotifies(handle) {
            let notification = Notification(
                channel: String(cString: notice.pointee.relname), payload: String(cString: notice.pointee.extra))
            PQfreemem(notice)
            onNotification?(notification)
        }
    }

    static func message(_ handle: OpaquePointer) -> String {
        let text = PQerrorMessage(handle).map { String(cString: $0) } ?? ""
        let line = text.split(separator: "\n").joined(separator: "; ")
        return line.isEmpty ? "the connection was closed" : line
    }
}
