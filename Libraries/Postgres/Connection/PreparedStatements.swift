import EventLoop

/// A statement that one connection keeps prepared under a name.
@Loop final class PreparedStatement {
    let name: String
    let sql: String
    let types: [PostgresType]
    var lastUse: UInt64 = 0

    init(name: String, sql: String, types: [PostgresType]) {
        self.name = name
        self.sql = sql
        self.types = types
    }

    func fits(_ statement: Statement) -> Bool {
        guard types.count == statement.parameters.count else { return false }
        for (type, parameter) in zip(types, statement.parameters) where type != parameter.type { return false }
        return true
    }
}

/// What a connection has prepared, by SQL text; the longest unused goes when there are too many.
@Loop struct PreparedStatements {
    private var bySQL: [String: PreparedStatement] = [:]
    /// Still known to the server, to be deallocated when no transaction can be hurt.
    private(set) var dropped: [PreparedStatement] = []
    private var lastNumber: UInt64 = 0
    private var uses: UInt64 = 0
    let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    /// The statement under its text, or nil when it must be prepared first.
    mutating func find(_ statement: Statement) -> PreparedStatement? {
        guard let found = bySQL[statement.sql], found.fits(statement) else { return nil }
        uses += 1
        found.lastUse = uses
        return found
    }

    mutating func add(_ statement: Statement) -> PreparedStatement {
        // The same text with other types takes the place of the former.
        if let other = bySQL[statement.sql] { drop(other) }
        if bySQL.count >= limit, let oldest = bySQL.values.min(by: { $0.lastUse < $1.lastUse }) { drop(oldest) }
        lastNumber += 1
        uses += 1
        let prepared = PreparedStatement(
            name: "s\(lastNumber)", sql: statement.sql, types: statement.parameters.map(\.type))
        prepared.lastUse = uses
        bySQL[statement.sql] = prepared
        return prepared
    }

    /// The server does not know it after all.
    mutating func forget(_ prepared: PreparedStatement) {
        if bySQL[prepared.sql] === prepared { bySQL[prepared.sql] = nil }
        dropped.removeAll { $0 === prepared }
    }

    /// It is to be prepared anew at its next use.
    mutating func drop(_ prepared: PreparedStatement) {
        guard bySQL[prepared.sql] === prepared else { return }
        bySQL[prepared.sql] = nil
        dropped.append(prepared)
    }

    mutating func drop(_ statement: Statement, isUnknown: Bool) {
        guard let prepared = bySQL[statement.sql] else { return }
        if isUnknown { forget(prepared) } else { drop(prepared) }
    }

    mutating func takeDropped() -> [PreparedStatement] {
        defer { dropped = [] }
        return dropped
    }

    /// A deallocation did not come through.
    mutating func dropLater(_ prepared: PreparedStatement) { dropped.append(prepared) }
}
