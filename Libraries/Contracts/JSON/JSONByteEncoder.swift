import FoundationEssentials

/// Writes a value by `Encodable`, member for member as the type names them. Ids are written in lower case, numbers exactly, and nothing as a Foundation `Date`.
struct JSONByteEncoder: Encoder {
    let json: JSONBytes
    /// How many arrays and objects lie around the value.
    let depth: Int

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode(_ value: some Encodable) throws -> [UInt8] {
        try bytes { try $0.encode(value) }
    }

    /// What `body` writes, as a text of its own.
    static func bytes(_ body: (JSONByteEncoder) throws -> Void) throws -> [UInt8] {
        let json = JSONBytes()
        try body(JSONByteEncoder(json: json, depth: 0))
        json.close(to: 0)
        return json.bytes
    }

    func encode<T: Encodable>(_ value: T) throws {
        // Types are compared before a cast, which is slow, is tried.
        if T.self == UUID.self, let id = value as? UUID {
            json.string(id.text)
        } else if T.self == Decimal.self, let number = value as? Decimal {
            guard number.isFinite else { throw Self.invalid(value, "a number without a value") }
            json.number(number.description)
        } else if T.self == Date.self {
            throw Self.invalid(value, "a Date; contracts use Timestamp")
        } else {
            let start = json.size
            try value.encode(to: self)
            // A type that encodes nothing is an object without members.
            if json.size == start { json.begin(true, at: depth + 1) }
        }
    }

    func real<F: BinaryFloatingPoint & CustomStringConvertible>(_ number: F) throws {
        guard number.isFinite else { throw Self.invalid(number, "a number that is not finite") }
        json.number(number.description)
    }

    private static func invalid(_ value: Any, _ what: String) -> EncodingError {
        EncodingError.invalidValue(value, EncodingError.Context(codingPath: [], debugDescription: "JSON cannot carry \(what)"))
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        json.begin(true, at: depth + 1)
        return KeyedEncodingContainer(KeyedWriter(encoder: JSONByteEncoder(json: json, depth: depth + 1)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        json.begin(false, at: depth + 1)
        return UnkeyedWriter(encoder: JSONByteEncoder(json: json, depth: depth + 1))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleWriter(encoder: self) }
}
