public import EventLoop

/// A dedicated connection for what lives long: an advisory lock, COPY, LISTEN. Close it when done; it is not opened again by itself.
@Loop public final class Session {
    let connection: Connection
    private var lossHandlers: [@Loop (String) -> Void] = []
    var listeners: [(channel: String, feed: AsyncStream<Notification>.Continuation)] = []

    init(_ connection: Connection) {
        self.connection = connection
        connection.onLost = { [weak self] reason in
            self?.endListening()
            for handler in self?.lossHandlers ?? [] { handler(reason) }
        }
    }

    isolated deinit { endListening() }

    /// False once the connection is lost or closed; its locks are gone then.
    public var isOpen: Bool { connection.isOpen }

    /// Calls `body` once when the connection is lost (not when it is closed), with the reason; at once if it is lost already.
    public func onLost(_ body: @escaping @Loop (String) -> Void) {
        if connection.isOpen { lossHandlers.append(body) } else { body(connection.lossReason) }
    }

    /// Runs a query in a transaction of its own.
    public func fetch<R>(_ query: Query<R>) async throws -> R { try query.decode(try await run(query.statement)) }

    /// Runs a statement in a transaction of its own and says how many rows it touched.
    @discardableResult
    public func execute(_ statement: Statement) async throws -> Int { try await run(statement).affected }

    /// Runs `body` between BEGIN and COMMIT on this connection; whatever it throws rolls back.
    @discardableResult
    public func transaction<R>(_ isolation: Isolation = .readCommitted, _ body: @Loop (Lease) async throws -> R) async throws -> R {
        try await Lease.run(on: connection, isolation, body)
    }

    /// Takes the advisory lock for as long as the session lives; false when another has it.
    public func tryAdvisoryLock(_ key: Int64) async throws -> Bool {
        try await fetch(Query("select pg_try_advisory_lock(\(key))") { rows in try rows.first?.column(0) ?? false })
    }

    /// Waits for the advisory lock.
    public func advisoryLock(_ key: Int64) async throws { try await execute("select pg_advisory_lock(\(key))") }

    /// Gives the advisory lock back; false when it was not ours.
    @discardableResult
    public func advisoryUnlock(_ key: Int64) async throws -> Bool {
        try await fetch(Query("select pg_advisory_unlock(\(key))") { rows in try rows.first?.column(0) ?? false })
    }

    /// Ends the connection; locks and subscriptions go with it.
    public func close() async {
        connection.close()
        endListening()
    }

    private func endListening() {
        for listener in listeners { listener.feed.finish() }
        listeners = []
    }

    func run(_ statement: Statement) async throws(PostgresError) -> Rows {
        try statement.check()
        try Database.checkCancellation()
        let flight = await connection.run([statement])
        guard let rows = try Lease.rows(of: flight, commits: true).last else {
            throw PostgresError(.server, "the server gave no answer")
        }
        return rows
    }
}
