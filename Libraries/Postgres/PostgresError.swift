/// What the database, or the way to it, answered instead of rows. Values of parameters and rows are never in it.
public struct PostgresError: Error, Sendable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The server refused; ``PostgresError/sqlState`` says why.
        case server
        /// The connection broke. With the outcome unknown, what was asked for may have been committed.
        case connectionLost(outcomeUnknown: Bool)
        /// There is no connection to be had.
        case unavailable
        /// No turn came within the time allowed; nothing was done.
        case timeout
        /// The asking task was cancelled.
        case cancelled
        /// A column was not what the code expected.
        case decoding
        /// The code asked for what cannot be: a lease used after its end, a statement with too many parameters.
        case misuse
        /// The database or session was closed by us.
        case closed
        /// Migration files do not fit what was applied.
        case migration
    }

    public var kind: Kind
    /// Five characters, PostgreSQL's appendix A.
    public var sqlState: String?
    public var constraint: String?
    public var table: String?
    public var column: String?
    public var message: String
    public var detail: String?
    /// The character of the SQL at which the server stumbled, from 1.
    var position: Int?

    public init(_ kind: Kind, _ message: String, sqlState: String? = nil) {
        self.kind = kind
        self.message = message
        self.sqlState = sqlState
    }

    /// Whether the same work may succeed when tried again later. After an unknown outcome only work that is safe to do twice may be.
    public var isRetriable: Bool {
        switch kind {
        case .connectionLost, .unavailable, .timeout: return true
        case .cancelled, .decoding, .misuse, .closed, .migration: return false
        case .server:
            guard let sqlState else { return false }
            // Connections, resources (a full disk too), the system around the server, a fail-over that is under way.
            return ["08", "53", "58"].contains(String(sqlState.prefix(2))) || isAboutPlan
                || ["40001", "40P01", "55P03", "57P01", "57P02", "57P03", "25006"].contains(sqlState)
        }
    }

    /// The server ended a statement that ran longer than it may (57014), while nobody had asked it to. Another time it may be quicker, but
    /// each try costs that much: whoever tries again counts.
    public var isStatementTimeout: Bool { kind == .server && sqlState == "57014" }

    /// A row with this key is there already (23505).
    public var isUniqueViolation: Bool { sqlState == "23505" }

    public var description: String {
        var text = sqlState.map { "\($0): " } ?? ""
        text += message
        if let constraint { text += " (constraint \(constraint))" }
        if let detail { text += "; \(detail)" }
        return text
    }

    static func lost(_ reason: String, outcomeUnknown: Bool) -> PostgresError {
        PostgresError(
            .connectionLost(outcomeUnknown: outcomeUnknown),
            outcomeUnknown
                ? "the connection was lost and whether the work was committed is unknown: \(reason)"
                : "the connection was lost before anything was committed: \(reason)",
            sqlState: outcomeUnknown ? "08007" : "08006")
    }

    static let cancelled = PostgresError(.cancelled, "the task that asked was cancelled", sqlState: "57014")
}
