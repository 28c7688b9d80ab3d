/// A statement together with how its rows become a value.
public struct Query<Result: Sendable>: Sendable {
    public let statement: Statement
    /// Runs on the loop, while the rows are there.
    public let decode: @Sendable (Rows) throws -> Result

    public init(_ statement: Statement, _ decode: @escaping @Sendable (Rows) throws -> Result) {
        self.statement = statement
        self.decode = decode
    }

    /// Every row.
    public static func all<T>(_ statement: Statement, _ row: @escaping @Sendable (Row) throws -> T) -> Query where Result == [T] {
        Query(statement) { rows in try rows.map(row) }
    }

    /// The first row; nil when there is none.
    public static func first<T>(_ statement: Statement, _ row: @escaping @Sendable (Row) throws -> T) -> Query where Result == T? {
        Query(statement) { rows in try rows.first.map(row) }
    }

    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Result) throws -> Other) -> Query<Other> {
        Query<Other>(statement) { [decode] rows in try transform(try decode(rows)) }
    }
}
