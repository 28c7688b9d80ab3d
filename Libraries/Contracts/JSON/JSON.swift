/// JSON (RFC 8259) for everything that crosses a border: strictly read, exactly kept, written one way.
public enum JSON {
    /// Reads a text into a tree.
    ///
    /// Refuses what is not RFC 8259 in strict UTF-8, duplicate keys, the character U+0000 (no store of ours keeps it)
    /// and whatever is beyond the limits. The error says where.
    public static func parse(_ bytes: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try JSONReader.read(bytes.span, limits: limits)
    }

    /// Reads a text from any bytes; see the form for arrays.
    public static func parse(_ bytes: some Collection<UInt8>, limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try parse(Array(bytes), limits: limits)
    }

    /// Makes a value of a tree; refuses members of objects that the type does not know, unless told to ignore them.
    public static func decode<T: Decodable>(
        _ type: T.Type, from tree: JSONValue, unknown: UnknownKeys = .refuse
    ) throws(ContractError) -> T {
        try TreeDecoder.decode(type, from: tree, unknown: unknown)
    }

    /// Reads a text and makes a value of it: throws `JSONError` for the text, `ContractError` for its content.
    public static func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], limits: JSONLimits = .default, unknown: UnknownKeys = .refuse
    ) throws -> T {
        try decode(type, from: parse(bytes, limits: limits), unknown: unknown)
    }

    /// The tree of a value, members in the order in which the type writes them.
    public static func tree(_ value: some Encodable) throws -> JSONValue {
        try parse(encode(value), limits: .ours)
    }

    /// Writes a value compactly, members in the order in which the type writes them.
    ///
    /// - Throws: `EncodingError` for what JSON cannot carry: a number without a value, a Foundation `Date`.
    public static func encode(_ value: some Encodable) throws -> [UInt8] {
        try JSONByteEncoder.encode(value)
    }

    /// Writes an object of texts compactly, in the order given.
    public static func write(_ members: some Sequence<(name: String, value: String)>) -> [UInt8] {
        var text = JSONOutput()
        for member in members {
            text.append(text.count == 0 ? UInt8(ascii: "{") : UInt8(ascii: ","))
            text.append(quoted: member.name)
            text.append(UInt8(ascii: ":"))
            text.append(quoted: member.value)
        }
        if text.count == 0 { text.append(UInt8(ascii: "{")) }
        text.append(UInt8(ascii: "}"))
        return text.bytes
    }

    /// Writes a tree compactly, in its own order or with sorted keys; `pretty` indents by two blanks.
    public static func write(_ tree: JSONValue, sorted: Bool = false, pretty: Bool = false) -> [UInt8] {
        var writer = JSONWriter(sorted: sorted, pretty: pretty)
        writer.write(tree, indent: 0)
        return writer.output.bytes
    }
}

/// How large and how deep a text from outside may be.
public struct JSONLimits: Sendable, Hashable {
    /// Bytes of the whole text.
    public var maxBytes: Int
    /// Arrays and objects inside one another.
    public var maxDepth: Int
    /// Values of all kinds in the text, which bounds the memory of the tree.
    public var maxValues: Int
    /// Characters of one number.
    public var maxNumberLength: Int

    public init(maxBytes: Int = 1 << 20, maxDepth: Int = 32, maxValues: Int = 100_000, maxNumberLength: Int = 64) {
        self.maxBytes = maxBytes
        self.maxDepth = maxDepth
        self.maxValues = maxValues
        self.maxNumberLength = maxNumberLength
    }

    public static let `default` = JSONLimits()
    /// What we have written ourselves.
    static let ours = JSONLimits(maxBytes: .max, maxDepth: 512, maxValues: .max, maxNumberLength: 1024)
}
