import CLibpq
public import EventLoop

/// Takes rows for `COPY … FROM STDIN (FORMAT binary)` and hands them on as fast as the server reads.
@Loop public final class CopyWriter {
    private let exchange: PlainExchange
    private var buffer = PostgresBytes()

    private static let chunk = 64 * 1024
    /// Signature, flags and length of an extension: the head of the binary format.
    private static let head: [UInt8] = Array("PGCOPY\n".utf8) + [0xff, 0x0d, 0x0a, 0x00, 0, 0, 0, 0, 0, 0, 0, 0]

    init(_ exchange: PlainExchange) {
        self.exchange = exchange
        buffer.write(Self.head)
    }

    /// Adds a row. The binary format converts nothing: each value's type must be its column's.
    public func row<each Value: PostgresEncodable>(_ values: repeat each Value) async throws {
        var count: Int16 = 0
        for _ in repeat each values { count += 1 }
        buffer.write(count)
        for value in repeat each values { write(value) }
        if buffer.bytes.count >= Self.chunk { try await flush() }
    }

    private func write<Value: PostgresEncodable>(_ value: Value) {
        if value.isNull { buffer.write(Int32(-1)) } else { buffer.writeCounted { value.encode(into: &$0) } }
    }

    func finish() async throws {
        buffer.write(Int16(-1))
        try await flush()
    }

    private func flush() async throws {
        try Database.checkCancellation()
        try await exchange.put(buffer.bytes)
        buffer.removeAll()
    }
}

extension Connection {
    /// Runs `COPY … FROM STDIN`; whatever `body` throws undoes it.
    func copyIn(_ statement: Statement, _ body: @Loop (CopyWriter) async throws -> Void) async throws -> Int {
        let exchange = try PlainExchange(self)
        defer { exchange.end() }
        try await exchange.begin(statement, PGRES_COPY_IN)
        do {
            let writer = CopyWriter(exchange)
            try await body(writer)
            try await writer.finish()
        } catch {
            try await exchange.putEnd("the client gave up")
            // The server's own reason, if it has one, says more than the write that failed.
            do { _ = try await exchange.finish() } catch where error.sqlState != "57014" { throw error } catch {}
            throw error
        }
        try await exchange.putEnd()
        return try await exchange.finish()?.affected ?? 0
    }
}

extension PlainExchange {
    /// Starts COPY and waits until it runs in the direction that is expected.
    func begin(_ statement: Statement, _ direction: ExecStatusType) async throws {
        guard statement.parameterCount == 0 else { throw PostgresError(.misuse, "COPY takes no parameters") }
        try send(statement.sql)
        let answer = try await nextResult()
        guard let answer, answer.status == direction, PQbinaryTuples(answer.pointer) == 1 else {
            let reason = answer.map { $0.status == PGRES_FATAL_ERROR ? PostgresError($0) : nil } ?? nil
            if answer?.status == PGRES_COPY_IN { try await putEnd("only the binary format is spoken") }
            if answer?.status == PGRES_COPY_OUT { while try await get() != nil {} }
            do { _ = try await finish() } catch where reason == nil && error.sqlState != "57014" { throw error } catch {}
            throw reason ?? PostgresError(.misuse, "this is no COPY in the binary format in the direction asked for")
        }
    }
}

extension Session {
    /// Copies rows into a table in a transaction of its own and says how many:
    /// ```swift
    /// try await session.copyIn("copy person (iin, name) from stdin (format binary)") { copy in
    ///     for person in persons { try await copy.row(person.iin.rawValue, person.name) }
    /// }
    /// ```
    @discardableResult
    public func copyIn(_ statement: Statement, _ body: @Loop (CopyWriter) async throws -> Void) async throws -> Int {
        try await connection.copyIn(statement, body)
    }
}

extension Lease {
    /// Copies rows into a table within the transaction and says how many; see ``Session/copyIn(_:_:)``.
    @discardableResult
    public func copyIn(_ statement: Statement, _ body: @Loop (CopyWriter) async throws -> Void) async throws -> Int {
        try await begin()
        return try await connection.copyIn(statement, body)
    }
}
