/// What a type asked for while it was made from examples.
final class Recording {
    private struct Property {
        let name: String
        let schema: JSONValue
        let example: JSONValue
        let isRequired: Bool
    }

    let closed: Bool
    let depth: Int
    private let notes: [String: String]
    private let leftOut: Set<String>
    private var properties: [Property] = []
    private var optional: Set<String> = []
    /// The schema and example of a type that is written as another one.
    var whole: (schema: JSONValue, example: JSONValue)?

    init(closed: Bool, depth: Int, notes: [String: String], leftOut: Set<String>) {
        self.closed = closed
        self.depth = depth
        self.notes = notes
        self.leftOut = leftOut
    }

    /// To ask whether a member is there makes it optional.
    func mayBeAbsent(_ name: String) { optional.insert(name) }

    func record<T: Decodable>(_ type: T.Type, _ name: String) throws -> T {
        var (schema, example) = try Schemas.found(type, closed: closed, depth: depth + 1)
        if let note = notes[name], case .object(var object) = schema {
            object["description"] = .string(note)
            schema = .object(object)
        }
        if !properties.contains(where: { $0.name == name }) {
            properties.append(Property(name: name, schema: schema, example: example, isRequired: !optional.contains(name)))
        }
        return try TreeDecoder.decode(type, from: example)
    }

    func recordWhole<T: Decodable>(_ type: T.Type) throws -> T {
        let found = try Schemas.found(type, closed: closed, depth: depth + 1)
        whole = found
        return try TreeDecoder.decode(type, from: found.example)
    }

    func schema(title: String) -> JSONValue {
        if let whole { return whole.schema }
        var object = JSONObject()
        object["type"] = "object"
        // Input refuses what it does not know, so it is another schema than the same type in an answer.
        object["title"] = .string(closed ? title + ".Input" : title)
        object["properties"] = .object(JSONObject(properties.map { JSONObject.Member(name: $0.name, value: $0.schema) }))
        let required = properties.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        if closed { object["additionalProperties"] = false }
        return .object(object)
    }

    var example: JSONValue {
        whole?.example ?? .object(JSONObject(properties.filter { !leftOut.contains($0.name) }.map { JSONObject.Member(name: $0.name, value: $0.example) }))
    }
}

struct Recorder: Decoder {
    let recording: Recording

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(KeyedRecorder(recording: recording))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw Schemas.Undescribable(description: "it reads an array by hand; it should be a SchemaLeaf")
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { SingleRecorder(recording: recording) }
}

struct KeyedRecorder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let recording: Recording

    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { [] }

    func contains(_ key: Key) -> Bool {
        recording.mayBeAbsent(key.stringValue)
        return true
    }

    func decodeNil(forKey key: Key) throws -> Bool { false }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try recording.record(type, key.stringValue) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw Self.byHand }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw Self.byHand }
    func superDecoder() throws -> any Decoder { throw Self.byHand }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Self.byHand }

    private static var byHand: Schemas.Undescribable {
        Schemas.Undescribable(description: "it reads a member by hand; it should be a SchemaLeaf")
    }
}

struct SingleRecorder: SingleValueDecodingContainer {
    let recording: Recording

    var codingPath: [any CodingKey] { [] }

    func decodeNil() -> Bool { false }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try recording.recordWhole(type) }
}
