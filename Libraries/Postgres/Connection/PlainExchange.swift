import CLibpq
import EventLoop

/// A connection outside pipeline mode, for what libpq does not do in it: COPY, and scripts of many statements.
@Loop final class PlainExchange {
    private let connection: Connection
    private var waiting: UnsafeContinuation<Void, Never>?

    /// Leaves pipeline mode; nothing may be under way.
    init(_ connection: Connection) throws(PostgresError) {
        self.connection = connection
        guard let handle = connection.handle else { throw .lost(connection.lossReason, outcomeUnknown: false) }
        guard connection.isIdle, connection.duringCopy == nil, PQexitPipelineMode(handle) == 1 else {
            throw PostgresError(.misuse, "the connection is busy with another statement")
        }
        connection.duringCopy = { [weak self] events in self?.socketIsReady(events) }
    }

    /// Returns to pipeline mode once the last result was taken.
    func end() {
        connection.duringCopy = nil
        guard let handle = connection.handle else { return }
        if PQenterPipelineMode(handle) != 1 { connection.lose("the connection cannot go on after COPY") }
    }

    private func socketIsReady(_ events: LoopEvents) {
        guard let handle = connection.handle else { return goOn() }
        if events.contains(.writable) { connection.flush() }
        if connection.isOpen, PQconsumeInput(handle) != 1 { connection.lose() }
        connection.takeNotifications()
        goOn()
    }

    private func goOn() {
        let continuation = waiting
        waiting = nil
        continuation?.resume()
    }

    /// Waits for the socket; the connection's loss ends the wait too.
    private func wait() async throws(PostgresError) {
        let tellLoss = connection.onLost
        connection.onLost = { [weak self] reason in
            self?.goOn()
            tellLoss?(reason)
        }
        if connection.isOpen { await withUnsafeContinuation { waiting = $0 } }
        if connection.isOpen { connection.onLost = tellLoss }
        _ = try handle()
    }

    private func handle() throws(PostgresError) -> OpaquePointer {
        guard let handle = connection.handle else { throw .lost(connection.lossReason, outcomeUnknown: true) }
        return handle
    }

    /// Sends SQL by the simple protocol.
    func send(_ sql: String) throws(PostgresError) {
        let handle = try handle()
        guard PQsendQuery(handle, sql) == 1 else {
            connection.lose()
            throw .lost(connection.lossReason, outcomeUnknown: false)
        }
        connection.flush()
    }

    /// The next result; nil when there is no more.
    func nextResult() async throws(PostgresError) -> AnswerMemory? {
        while PQisBusy(try handle()) == 1 { try await wait() }
        return PQgetResult(try handle()).map { AnswerMemory($0) }
    }

    /// Takes the results that are left.
    ///
    /// - Throws: the first error among them.
    func finish() async throws(PostgresError) -> AnswerMemory? {
        var last: AnswerMemory?
        var failure: PostgresError?
        while let answer = try await nextResult() {
            if answer.status == PGRES_FATAL_ERROR, failure == nil { failure = PostgresError(answer) }
            last = answer
        }
        if let failure { throw failure }
        return last
    }

    /// Hands data of COPY to the socket, waiting while it is full.
    func put(_ bytes: [UInt8]) async throws(PostgresError) {
        while true {
            let sent = bytes.withUnsafeBytes { buffer in
                PQputCopyData(connection.handle, buffer.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(buffer.count))
            }
            if sent == 1 { break }
            guard sent == 0 else { return try fail() }
            if connection.flush() { try await wait() }
        }
        // More than a socket's worth in memory would be no back pressure. Waiting after all has left would be for ever.
        while connection.flush() { try await wait() }
        _ = try handle()
    }

    /// Ends COPY; with a reason the server undoes it.
    func putEnd(_ reason: String? = nil) async throws(PostgresError) {
        while true {
            let sent = PQputCopyEnd(try handle(), reason)
            if sent == 1 {
                connection.flush()
                return
            }
            guard sent == 0 else { return try fail() }
            if connection.flush() { try await wait() }
        }
    }

    /// The next row's bytes; nil at the end.
    func get() async throws(PostgresError) -> [UInt8]? {
        while true {
            var buffer: UnsafeMutablePointer<CChar>?
            let count = PQgetCopyData(try handle(), &buffer, 1)
            if count == 0 {
                try await wait()
                continue
            }
            guard count > 0, let buffer else { return nil }
            defer { PQfreemem(buffer) }
            return Array(UnsafeRawBufferPointer(start: buffer, count: Int(count)))
        }
    }

    private func fail() throws(PostgresError) {
        connection.lose()
        throw .lost(connection.lossReason, outcomeUnknown: false)
    }
}

extension Connection {
    /// Runs SQL of many statements; it may not end the transaction it runs in.
    func runScript(_ sql: String) async throws(PostgresError) {
        let exchange = try PlainExchange(self)
        defer { exchange.end() }
        try exchange.send(sql)
        do {
            _ = try await exchange.finish()
        } catch {
            guard let position = error.position else { throw error }
            var located = error
            located.message = "line \(sql.unicodeScalars.prefix(position - 1).count { $0 == "\n" } + 1): \(error.message)"
            throw located
        }
    }
}
