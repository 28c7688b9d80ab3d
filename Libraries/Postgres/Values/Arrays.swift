import Contracts
public import FoundationEssentials

/// What a Swift array may hold to be one parameter or column. Elements are an SQL array of one dimension, but bytes are one `bytea`.
public protocol PostgresArrayElement: Sendable {
    static var postgresArrayType: PostgresType { get }
    static var arrayExpectation: String { get }
    static func acceptsArray(_ type: PostgresType) -> Bool
    static func encodeArray(_ array: [Self], into bytes: inout PostgresBytes)
    static func decodeArray(_ cell: PostgresCell) throws(PostgresCellError) -> [Self]
}

extension PostgresArrayElement where Self: PostgresCodable {
    public static var arrayExpectation: String { "\(postgresArrayType)" }
    public static func acceptsArray(_ type: PostgresType) -> Bool { type == postgresArrayType }
    public static func encodeArray(_ array: [Self], into bytes: inout PostgresBytes) {
        ArrayForm.encode(array, into: &bytes)
    }
    public static func decodeArray(_ cell: PostgresCell) throws(PostgresCellError) -> [Self] {
        try ArrayForm.decode(cell)
    }
}

extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public static var postgresType: PostgresType { Element.postgresArrayType }
    public func encode(into bytes: inout PostgresBytes) { Element.encodeArray(self, into: &bytes) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public static var expectation: String { Element.arrayExpectation }
    public static func accepts(_ type: PostgresType) -> Bool { Element.acceptsArray(type) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> [Element] { try Element.decodeArray(cell) }
}

/// `[UInt8]` is one `bytea`.
extension UInt8: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .bytea }
    public static var arrayExpectation: String { "bytea" }
    public static func acceptsArray(_ type: PostgresType) -> Bool { type == .bytea }
    public static func encodeArray(_ array: [UInt8], into bytes: inout PostgresBytes) { bytes.write(array) }
    public static func decodeArray(_ cell: PostgresCell) throws(PostgresCellError) -> [UInt8] { Array(try cell.content()) }
}

extension Bool: PostgresArrayElement { public static var postgresArrayType: PostgresType { .boolArray } }
extension Int16: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int2Array } }
extension Int32: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int4Array } }
extension Int64: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Int: PostgresArrayElement { public static var postgresArrayType: PostgresType { .int8Array } }
extension Double: PostgresArrayElement { public static var postgresArrayType: PostgresType { .float8Array } }
extension UUID: PostgresArrayElement { public static var postgresArrayType: PostgresType { .uuidArray } }
extension JSONB: PostgresArrayElement { public static var postgresArrayType: PostgresType { .jsonbArray } }
extension ExactDecimal: PostgresArrayElement { public static var postgresArrayType: PostgresType { .numericArray } }

extension String: PostgresArrayElement {
    public static var postgresArrayType: PostgresType { .textArray }
    public static func acceptsArray(_ type: PostgresType) -> Bool {
        type == .textArray || type == .varcharArray || type == .bpcharArray || type == .nameArray
    }
}

/// `[[UInt8]]` is a `bytea[]`.
extension Array: PostgresArrayElement where Element == UInt8 {
    public static var postgresArrayType: PostgresType { .byteaArray }
}

/// Elements that may be NULL.
extension Optional: PostgresArrayElement where Wrapped: PostgresArrayElement & PostgresCodable {
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }
    public static func acceptsArray(_ type: PostgresType) -> Bool { Wrapped.acceptsArray(type) }
}

/// The binary form of an array: dimensions, a flag for NULLs, the elements' type, and per dimension its length and lower bound.
enum ArrayForm {
    // Called from other libraries by way of a protocol, where the compiler does not know the element.
    @_specialize(where Element == String)
    @_specialize(where Element == Int64)
    @_specialize(where Element == Int32)
    @_specialize(where Element == UUID)
    @_specialize(where Element == Timestamp)
    static func encode<Element: PostgresEncodable>(_ array: [Element], into bytes: inout PostgresBytes) {
        bytes.write(Int32(array.isEmpty ? 0 : 1))
        bytes.write(Int32(array.contains { $0.isNull } ? 1 : 0))
        bytes.write(Element.postgresType.rawValue)
        guard !array.isEmpty else { return }
        bytes.write(Int32(truncatingIfNeeded: array.count))
        bytes.write(Int32(1))
        for element in array {
            if element.isNull { bytes.write(Int32(-1)) } else { bytes.writeCounted { element.encode(into: &$0) } }
        }
    }

    /// The bytes of an array of one dimension before its first element, and where among them it counts its elements.
    private static let head = 20, count = 12

    /// An array of one element.
    static func encode<Element: PostgresArrayElement & PostgresEncodable>(one element: Element, into bytes: inout PostgresBytes) {
        let isNull = element.isNull
        // Said to have NULLs where it has none: one that is appended may have some.
        bytes.write((Int32(1), Int32(1), Int32(bitPattern: Element.postgresType.rawValue), Int32(1), Int32(1)))
        if isNull { bytes.write(Int32(-1)) } else { bytes.writeCounted { element.encode(into: &$0) } }
    }

    /// Adds the element of an array made by ``encode(one:into:)`` to those of the last array in `bytes`, which begins at `start`.
    static func append(_ array: ArraySlice<UInt8>, to bytes: inout PostgresBytes, from start: Int) {
        if bytes.bytes.count == start { return bytes.write(array) }
        bytes.write(array.dropFirst(head))
        bytes.increment(at: start + count)
    }

    static func decode<Element: PostgresDecodable>(_ cell: PostgresCell) throws(PostgresCellError) -> [Element] {
        var reader = CellReader(try cell.content())
        let dimensions: Int32 = try reader.integer()
        _ = try reader.integer(Int32.self)
        let type = PostgresType(rawValue: try reader.integer())
        if dimensions == 0 { return [] }
        guard dimensions == 1 else { throw .unrepresentable }
        guard Element.accepts(type) else { throw .malformed }
        let count: Int32 = try reader.integer()
        _ = try reader.integer(Int32.self)
        // Each element takes four bytes at least, so a wrong count cannot make us reserve more than was sent.
        guard count >= 0, Int(count) <= reader.count / 4 else { throw .malformed }
        var array: [Element] = []
        array.reserveCapacity(Int(count))
        for _ in 0..<count { array.append(try Element.decode(PostgresCell(bytes: try reader.counted(), type: type))) }
        return array
    }
}
