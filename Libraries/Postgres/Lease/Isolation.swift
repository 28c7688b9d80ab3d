/// How a transaction sees what others do meanwhile (PostgreSQL's manual, 13.2).
public enum Isolation: Sendable {
    case readCommitted, repeatableRead, serializable
    /// Repeatable read that can change nothing.
    case readOnly

    var begin: Statement {
        switch self {
        case .readCommitted: "begin isolation level read committed"
        case .repeatableRead: "begin isolation level repeatable read"
        case .serializable: "begin isolation level serializable"
        case .readOnly: "begin isolation level repeatable read read only"
        }
    }
}
