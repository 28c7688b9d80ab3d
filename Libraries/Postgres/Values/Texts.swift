public import FoundationEssentials

/// As text; reads text, varchar, char(n) and name. PostgreSQL keeps no U+0000.
extension String: PostgresCodable {
    public static var postgresType: PostgresType { .text }
    public static var expectation: String { "text" }
    public static func accepts(_ type: PostgresType) -> Bool {
        type == .text || type == .varchar || type == .bpchar || type == .name
    }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(self) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> String {
        String(decoding: try cell.content(), as: UTF8.self)
    }
}

extension UUID: PostgresCodable {
    public static var postgresType: PostgresType { .uuid }
    public static var expectation: String { "uuid" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .uuid }
    public func encode(into bytes: inout PostgresBytes) { withUnsafeBytes(of: uuid) { bytes.write($0) } }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> UUID {
        let bytes = try cell.content()
        guard bytes.count == 16 else { throw .malformed }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

/// A JSON document as `jsonb` takes and gives it: UTF-8 text. PostgreSQL gives it back with its own spaces and order of keys.
public struct JSONB: Sendable, Hashable, PostgresCodable {
    public var text: [UInt8]

    public init(_ text: [UInt8]) { self.text = text }

    /// The only version of jsonb's binary form there is.
    private static let version: UInt8 = 1

    public static var postgresType: PostgresType { .jsonb }
    public static var expectation: String { "jsonb" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .jsonb }
    public func encode(into bytes: inout PostgresBytes) {
        bytes.write(Self.version)
        bytes.write(text)
    }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> JSONB {
        let bytes = try cell.content()
        guard bytes.first == version else { throw .malformed }
        return JSONB(Array(bytes.dropFirst()))
    }
}
