import EventLoop

/// A statement that one connection keeps prepared under a name.
@Loop final class PreparedStatement {
    let name: String
    /// The first of its shape; its values are of no interest.
    let statement: Statement
    var lastUse: UInt64 = 0

    init(name: String, statement: Statement) {
        self.name = name
        self.statement = statement
    }
}

/// What a connection has prepared, by shape; the longest unused goes when there are too many.
@Loop struct PreparedStatements {
    private var byFingerprint: [UInt64: PreparedStatement] = [:]
    /// Still known to the server, to be deallocated when no transaction can be hurt.
    private(set) var dropped: [PreparedStatement] = []
    private var lastNumber: UInt64 = 0
    private var uses: UInt64 = 0
    let limit: Int

    init(limit: Int) { self.limit = max(1, limit) }

    /// The statement under its shape, or nil when it must be prepared first.
    mutating func find(_ statement: Statement) -> PreparedStatement? {
        guard let found = byFingerprint[statement.fingerprint], statement.hasShape(of: found.statement) else { return nil }
        uses += 1
        found.lastUse = uses
        return found
    }

    mutating func add(_ statement: Statement) -> PreparedStatement {
        // Another of the same fingerprint makes room.
        if let other = byFingerprint[statement.fingerprint] { drop(other) }
        if byFingerprint.count >= limit, let oldest = byFingerprint.values.min(by: { $0.lastUse < $1.lastUse }) { drop(oldest) }
        lastNumber += 1
        uses += 1
        let prepared = PreparedStatement(name: "s\(lastNumber)", statement: statement.withoutValues)
        prepared.lastUse = uses
        byFingerprint[statement.fingerprint] = prepared
        return prepared
    }

    /// The server does not know it after all.
    mutating func forget(_ prepared: PreparedStatement) {
        remove(prepared)
        dropped.removeAll { $0 === prepared }
    }

    /// It is to be prepared anew at its next use.
    mutating func drop(_ prepared: PreparedStatement) {
        if remove(prepared) { dropped.append(prepared) }
    }

    mutating func drop(_ statement: Statement, isUnknown: Bool) {
        guard let prepared = byFingerprint[statement.fingerprint] else { return }
        if isUnknown { forget(prepared) } else { drop(prepared) }
    }

    @discardableResult
    private mutating func remove(_ prepared: PreparedStatement) -> Bool {
        guard byFingerprint[prepared.statement.fingerprint] === prepared else { return false }
        byFingerprint[prepared.statement.fingerprint] = nil
        return true
    }

    mutating func takeDropped() -> [PreparedStatement] {
        defer { dropped = [] }
        return dropped
    }

    /// A deallocation did not come through.
    mutating func dropLater(_ prepared: PreparedStatement) { dropped.append(prepared) }
}
