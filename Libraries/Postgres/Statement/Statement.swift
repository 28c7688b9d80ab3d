/// SQL and the values bound to it.
///
/// A statement is written as a literal. What stands in the literal is code; what is interpolated is bound as a parameter, so
/// text from outside can never become SQL: there is no initialiser that takes a `String`.
/// ```swift
/// let found: Statement = "select name from person where iin = \(iin) and born > \(day)"
/// ```
/// Each connection keeps the statement prepared under what stands in its literals; the text is put together only to prepare it.
public struct Statement: Sendable, ExpressibleByStringInterpolation, CustomStringConvertible {
    public typealias StringLiteralType = StaticString

    /// A bound value: its type, and where its bytes lie; a negative length is NULL.
    struct Parameter: Sendable {
        var type: PostgresType
        var offset: Int
        var length: Int
    }

    /// What stands between the ends of a statement: text of the program, a name that was quoted, a value's place.
    enum Piece: Sendable {
        case literal(StaticString)
        case made(String)
        case parameter(Parameter)
    }

    private(set) var pieces: [Piece] = []
    private(set) var values = PostgresBytes()
    private(set) var parameterCount = 0
    /// How many of the parameters are arrays with one element for each row.
    private var elementCount = 0
    /// Equal for statements of the same literals in the same order with parameters of the same types.
    private(set) var fingerprint: UInt64 = 0
    /// See ``saidOnce``.
    private(set) var isSaidOnce = false

    /// PostgreSQL's protocol counts parameters in 16 bits.
    static let mostParameters = 65_535

    public init(stringLiteral literal: StaticString) { append(literal: literal) }

    public init(stringInterpolation: Interpolation) { self = stringInterpolation.statement }

    /// For SQL that comes from a file of the service's own or was quoted by the caller.
    init(unchecked sql: String) { append(.made(sql)) }

    init(parameters: Int) {
        pieces.reserveCapacity(parameters * 2 + 1)
        values.reserveCapacity(parameters * 16)
    }

    /// The SQL without the values, which may be personal data.
    public var description: String { sql }

    /// The text as PostgreSQL is given it, parameters numbered from `$1`.
    public var sql: String {
        var text = ""
        var number = 0
        for piece in pieces {
            switch piece {
            case .literal(let literal): text += "\(literal)"
            case .made(let made): text += made
            case .parameter:
                number += 1
                text += "$\(number)"
            }
        }
        return text
    }

    /// The bound values, in the order of their numbers.
    var parameters: some Sequence<Parameter> {
        pieces.lazy.compactMap { if case .parameter(let parameter) = $0 { parameter } else { nil } }
    }

    /// Whether the server can run it under what `other` was prepared as.
    func hasShape(of other: Statement) -> Bool {
        fingerprint == other.fingerprint && pieces.elementsEqual(other.pieces) { $0.isLike($1) }
    }

    /// The same shape, for one who keeps it longer than the values may be kept.
    var withoutValues: Statement {
        var shape = self
        shape.values = PostgresBytes()
        return shape
    }

    mutating func append(literal: StaticString) {
        guard literal.hasPointerRepresentation else { return append(.made("\(literal)")) }
        if literal.utf8CodeUnitCount > 0 { append(.literal(literal)) }
    }

    /// Adds a name that is quoted already.
    mutating func append(quoted name: String) { append(.made(name)) }

    mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        let offset = values.bytes.count
        let isNull = value.isNull
        if !isNull { value.encode(into: &values) }
        append(.parameter(Parameter(type: Value.postgresType, offset: offset, length: isNull ? -1 : values.bytes.count - offset)))
    }

    mutating func bind<Element: PostgresArrayElement & PostgresEncodable>(element: Element) {
        let offset = values.bytes.count
        ArrayForm.encode(one: element, into: &values)
        elementCount += 1
        append(.parameter(Parameter(type: Element.postgresArrayType, offset: offset, length: values.bytes.count - offset)))
    }

    /// Whether it may leave together with others of its shape, as one statement over the elements of all.
    var gathers: Bool { elementCount > 0 && elementCount == parameterCount }

    /// The same statement, of which a second with equal values does nothing more in a transaction and has the same result, such as
    /// `ON CONFLICT DO NOTHING` of a row that many refer to: of batches that share a transaction one sends it, where it gathers (``gathers``).
    public var saidOnce: Statement {
        var statement = self
        statement.isSaidOnce = true
        return statement
    }

    /// One statement with the elements of all, in their order; each is of one shape with the first and gathers.
    static func gathered(_ parts: [Statement]) -> Statement {
        guard parts.count > 1, var whole = parts.first else { return parts.first ?? "" }
        whole.values = PostgresBytes()
        whole.values.reserveCapacity(parts.reduce(0) { $0 + $1.values.bytes.count })
        for index in whole.pieces.indices {
            guard case .parameter(var parameter) = whole.pieces[index] else { continue }
            parameter.offset = whole.values.bytes.count
            for part in parts {
                guard case .parameter(let one) = part.pieces[index] else { continue }
                let array = part.values.bytes[one.offset..<one.offset + one.length]
                ArrayForm.append(array, to: &whole.values, from: parameter.offset)
            }
            parameter.length = whole.values.bytes.count - parameter.offset
            whole.pieces[index] = .parameter(parameter)
        }
        return whole
    }

    /// Adds another statement's text and values, its parameters numbered on from ours.
    mutating func append(_ other: Statement) {
        let shift = values.bytes.count
        values.write(other.values.bytes)
        elementCount += other.elementCount
        for piece in other.pieces {
            guard case .parameter(var parameter) = piece else { append(piece); continue }
            parameter.offset += shift
            append(.parameter(parameter))
        }
    }

    private mutating func append(_ piece: Piece) {
        if case .parameter = piece { parameterCount += 1 }
        fingerprint = (fingerprint.rotated ^ piece.mark) &* 0x9e37_79b9_7f4a_7c15
        pieces.append(piece)
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

extension Statement.Piece {
    /// A literal is known by where it lies in the program; two of the same text may be two.
    fileprivate var mark: UInt64 {
        switch self {
        case .literal(let literal): UInt64(UInt(bitPattern: literal.utf8Start)) &+ UInt64(literal.utf8CodeUnitCount) << 48
        case .made(let text): UInt64(bitPattern: Int64(text.hashValue))
        case .parameter(let parameter): UInt64(parameter.type.rawValue) | 1 << 63
        }
    }

    fileprivate func isLike(_ other: Statement.Piece) -> Bool {
        switch (self, other) {
        case (.literal(let one), .literal(let two)):
            one.utf8Start == two.utf8Start && one.utf8CodeUnitCount == two.utf8CodeUnitCount
        case (.made(let one), .made(let two)): one == two
        case (.parameter(let one), .parameter(let two)): one.type == two.type
        default: false
        }
    }
}

extension UInt64 {
    fileprivate var rotated: UInt64 { self << 23 | self >> 41 }
}
