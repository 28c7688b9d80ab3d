/// SQL and the values bound to it.
///
/// A statement is written as a literal. What stands in the literal is code; what is interpolated is bound as a parameter, so
/// text from outside can never become SQL: there is no initialiser that takes a `String`.
/// ```swift
/// let found: Statement = "select name from person where iin = \(iin) and born > \(day)"
/// ```
/// The SQL text is the key under which each connection keeps the statement prepared.
public struct Statement: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    public typealias StringLiteralType = StaticString

    /// A bound value: where its `$n` stands in the text, its type, and where its bytes lie; a negative length is NULL.
    struct Parameter: Sendable {
        var place: Int
        var type: PostgresType
        var offset: Int
        var length: Int
    }

    public internal(set) var sql: String
    private(set) var parameters: [Parameter] = []
    private(set) var values = PostgresBytes()

    /// PostgreSQL's protocol counts parameters in 16 bits.
    static let mostParameters = 65_535

    public init(stringLiteral literal: StaticString) { sql = "\(literal)" }

    public init(stringInterpolation: Interpolation) { self = stringInterpolation.statement }

    /// For SQL that comes from a file of the service's own or was quoted by the caller.
    init(unchecked sql: String) { self.sql = sql }

    /// The SQL without the values, which may be personal data.
    public var description: String { sql }

    mutating func append(literal: StaticString) {
        literal.withUTF8Buffer { sql.append(contentsOf: String(decoding: $0, as: UTF8.self)) }
    }

    mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        let offset = values.bytes.count
        let isNull = value.isNull
        if !isNull { value.encode(into: &values) }
        addPlace(type: Value.postgresType, offset: offset, length: isNull ? -1 : values.bytes.count - offset)
    }

    private mutating func addPlace(type: PostgresType, offset: Int, length: Int) {
        parameters.append(Parameter(place: sql.utf8.count, type: type, offset: offset, length: length))
        sql.append("$")
        sql.append(String(parameters.count))
    }

    /// Adds another statement's text and values, its parameters numbered on from ours.
    mutating func append(_ other: Statement) {
        let shift = values.bytes.count
        values.write(other.values.bytes)
        let text = other.sql.utf8
        var done = text.startIndex
        for (index, parameter) in other.parameters.enumerated() {
            let place = text.index(text.startIndex, offsetBy: parameter.place)
            sql.append(contentsOf: String(other.sql[done..<place]))
            addPlace(type: parameter.type, offset: parameter.offset + shift, length: parameter.length)
            done = text.index(place, offsetBy: 1 + String(index + 1).utf8.count)
        }
        sql.append(contentsOf: String(other.sql[done...]))
    }

    /// One statement of several parts with a separator between, such as conditions by `" and "`.
    public static func joined(_ parts: [Statement], separator: StaticString) -> Statement {
        var whole = Statement(stringLiteral: "")
        for (index, part) in parts.enumerated() {
            if index > 0 { whole.append(literal: separator) }
            whole.append(part)
        }
        return whole
    }
}
