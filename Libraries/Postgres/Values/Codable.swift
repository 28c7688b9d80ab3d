/// A value that can be a statement's parameter. It travels in PostgreSQL's binary form.
public protocol PostgresEncodable: Sendable {
    /// The type that the parameter is declared with.
    static var postgresType: PostgresType { get }
    func encode(into bytes: inout PostgresBytes)
    /// Whether the parameter is NULL; then ``encode(into:)`` is not asked.
    var isNull: Bool { get }
}

extension PostgresEncodable {
    public var isNull: Bool { false }
}

/// A value that can be read from a row's column.
public protocol PostgresDecodable: Sendable {
    /// What an error says was expected, such as `int8`.
    static var expectation: String { get }
    static func accepts(_ type: PostgresType) -> Bool
    static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Self
}

/// Both ways.
public typealias PostgresCodable = PostgresEncodable & PostgresDecodable

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public static var postgresType: PostgresType { Wrapped.postgresType }
    public func encode(into bytes: inout PostgresBytes) { self?.encode(into: &bytes) }
    public var isNull: Bool { self?.isNull ?? true }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public static var expectation: String { Wrapped.expectation }
    public static func accepts(_ type: PostgresType) -> Bool { Wrapped.accepts(type) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

// A type with a raw value becomes a parameter or a column by naming the protocol: `enum State: String, PostgresCodable`.

extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public static var postgresType: PostgresType { RawValue.postgresType }
    public func encode(into bytes: inout PostgresBytes) { rawValue.encode(into: &bytes) }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public static var expectation: String { RawValue.expectation }
    public static func accepts(_ type: PostgresType) -> Bool { RawValue.accepts(type) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else { throw .unrepresentable }
        return value
    }
}
