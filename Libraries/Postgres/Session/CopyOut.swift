import CLibpq
import EventLoop

/// One row of `COPY … TO STDOUT (FORMAT binary)`. The format names no types: each column is read as the type asked for.
public struct CopiedRow: Sendable {
    private let columns: [Range<Int>?]
    private let bytes: [UInt8]

    /// Nil at the end of the data.
    init?(_ bytes: [UInt8]) throws {
        self.bytes = bytes
        var columns: [Range<Int>?] = []
        let isEnd = try bytes.withUnsafeBytes { all in
            var reader = CellReader(all)
            let count: Int16 = try reader.integer()
            if count < 0 { return true }
            for _ in 0..<count {
                let piece = try reader.counted()
                let end = all.count - reader.count
                columns.append(piece.map { end - $0.count..<end })
            }
            return false
        }
        if isEnd { return nil }
        self.columns = columns
    }

    public var columnCount: Int { columns.count }

    /// - Throws: kind decoding when the column is missing or its bytes are no value of the type.
    public func column<T: PostgresCodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard columns.indices.contains(column) else {
            throw PostgresError(.decoding, "column \(column) was asked for, but there are \(columns.count)")
        }
        do {
            return try bytes.withUnsafeBytes { all in
                let piece = columns[column].map { UnsafeRawBufferPointer(rebasing: all[$0]) }
                return try T.decode(PostgresCell(bytes: piece, type: T.postgresType))
            }
        } catch {
            throw PostgresError(.decoding, "column \(column) of a copied row is no \(T.expectation): \(error)")
        }
    }
}

extension Connection {
    /// Runs `COPY … TO STDOUT` and hands each row to `body` before it reads on; what `body` throws ends it.
    func copyOut(_ statement: Statement, _ body: @Loop (CopiedRow) async throws -> Void) async throws -> Int {
        let exchange = try PlainExchange(self)
        defer { exchange.end() }
        try await exchange.begin(statement, PGRES_COPY_OUT)
        var count = 0
        do {
            var isFirst = true
            while var bytes = try await exchange.get() {
                if isFirst { bytes.removeFirst(min(bytes.count, Self.copyHead)) }
                isFirst = false
                try Database.checkCancellation()
                guard !bytes.isEmpty, let row = try CopiedRow(bytes) else { continue }
                count += 1
                try await body(row)
            }
        } catch {
            // The rest may be long: the server is told to stop, and what is on its way is read.
            await stopRunning()
            while isOpen, try await exchange.get() != nil {}
            _ = try? await exchange.finish()
            throw error
        }
        _ = try await exchange.finish()
        return count
    }

    /// Length of the binary format's head, which comes with the first row.
    private static var copyHead: Int { 19 }
}

extension Session {
    /// Copies rows out of a table or query and says how many:
    /// `copyOut("copy person (iin) to stdout (format binary)") { row in … try row.column(0, as: String.self) }`
    @discardableResult
    public func copyOut(_ statement: Statement, _ body: @Loop (CopiedRow) async throws -> Void) async throws -> Int {
        try await connection.copyOut(statement, body)
    }
}

extension Lease {
    /// Copies rows out within the transaction; see ``Session/copyOut(_:_:)``.
    @discardableResult
    public func copyOut(_ statement: Statement, _ body: @Loop (CopiedRow) async throws -> Void) async throws -> Int {
        try await begin()
        return try await connection.copyOut(statement, body)
    }
}
