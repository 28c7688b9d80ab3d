import CLibpq
import EventLoop

/// What a connection is for decides its limits.
enum ConnectionPurpose {
    case shared, lease, session
}

extension Connection {
    /// Opens a connection without blocking.
    ///
    /// - Throws: kind ``PostgresError/Kind/unavailable`` with the server's or the system's reason.
    static func open(_ options: DatabaseOptions, _ purpose: ConnectionPurpose, within limit: Duration) async throws(PostgresError) -> Connection {
        let settings = try await ConnectionSettings(options, purpose).resolved()
        guard let handle = settings.start() else { throw PostgresError(.unavailable, "libpq has no memory for a connection") }
        do {
            try await establish(handle, until: ContinuousClock.now + limit)
            return try Connection(
                handle, preparedStatements: options.preparedStatements,
                silenceLimit: purpose == .session ? nil : options.silenceLimit)
        } catch {
            PQfinish(handle)
            throw error
        }
    }

    private static func establish(_ handle: OpaquePointer, until deadline: ContinuousClock.Instant) async throws(PostgresError) {
        guard PQstatus(handle) != CONNECTION_BAD else { throw PostgresError(.unavailable, message(handle)) }
        // Notices would go to the standard error, values and all.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        var next: LoopEvents = .writable
        while true {
            try await wait(for: next, on: PQsocket(handle), until: deadline)
            switch PQconnectPoll(handle) {
            case PGRES_POLLING_OK:
                guard PQsetnonblocking(handle, 1) == 0 else { throw PostgresError(.unavailable, message(handle)) }
                return
            case PGRES_POLLING_READING: next = .readable
            case PGRES_POLLING_WRITING: next = .writable
            default: throw PostgresError(.unavailable, message(handle))
            }
        }
    }

    /// Watches for one event only: libpq may close the socket and open another between two steps.
    private static func wait(for events: LoopEvents, on descriptor: Int32, until deadline: ContinuousClock.Instant) async throws(PostgresError) {
        let ready = Promise<Bool>()
        do {
            let watch = try Loop.watch(descriptor, events, label: "connecting to the database") { _ in ready.succeed(true) }
            let timer = Loop.timer(after: deadline - ContinuousClock.now) { ready.succeed(false) }
            defer {
                watch.cancel()
                timer.cancel()
            }
            if try await ready.value() { return }
        } catch is CancellationError {
            throw .cancelled
        } catch {
            throw PostgresError(.unavailable, "the connection cannot be watched: \(error)")
        }
        throw PostgresError(.unavailable, "the database did not answer in time")
    }
}
