import FoundationEssentials

/// Derives a JSON Schema and an example from a `Decodable` type, by letting it decode from a decoder that notes what it is asked for.
public enum Schemas {
    /// The schema and an example of a type. A closed schema refuses unknown members, as our reader does with input.
    ///
    /// A type that cannot be described gets a schema that admits nothing and says why; a test sees to it that none exists.
    public static func describe<T: Decodable>(_ type: T.Type, closed: Bool = false) -> (schema: JSONSchema, example: JSONValue) {
        do {
            let (schema, example) = try found(type, closed: closed, depth: 0)
            return (JSONSchema(schema), example)
        } catch {
            return (JSONSchema(["not": [:], "description": .string("cannot be described: \(T.self): \(error)")]), .null)
        }
    }

    struct Undescribable: Error, CustomStringConvertible {
        let description: String
    }

    static func found(_ type: any Decodable.Type, closed: Bool, depth: Int) throws -> (schema: JSONValue, example: JSONValue) {
        guard depth < 16 else { throw Undescribable(description: "\(type) is nested too deep or contains itself") }
        if let leaf = type as? any SchemaLeaf.Type { return (leaf.schema.value, leaf.example) }
        if let primitive = primitive(type) { return primitive }
        if let words = JSONSchema.words(of: type), let first = words.first {
            return (["type": "string", "enum": .array(words.map { .string($0) })], .string(first))
        }
        if let collection = type as? any SchemaCollection.Type {
            let element = try found(collection.elementType, closed: closed, depth: depth + 1)
            return collection.wrap(element.schema, element.example)
        }
        let noted = type as? any Noted.Type
        let recording = Recording(closed: closed, depth: depth, notes: noted?.notes ?? [:], leftOut: noted?.leftOutOfExamples ?? [])
        _ = try type.init(from: Recorder(recording: recording))
        return (recording.schema(title: title(of: type)), recording.example)
    }

    private static func primitive(_ type: any Decodable.Type) -> (schema: JSONValue, example: JSONValue)? {
        func integer(_ format: String? = nil, least: String? = nil, greatest: String? = nil) -> (JSONValue, JSONValue) {
            var schema = JSONObject([JSONObject.Member(name: "type", value: "integer")])
            schema["format"] = format.map { .string($0) }
            schema["minimum"] = least.map { .number($0) }
            schema["maximum"] = greatest.map { .number($0) }
            return (.object(schema), 1)
        }
        return switch ObjectIdentifier(type) {
        case ObjectIdentifier(Bool.self): (["type": "boolean"], true)
        case ObjectIdentifier(String.self): (["type": "string"], "text")
        case ObjectIdentifier(Int.self), ObjectIdentifier(Int64.self): integer("int64")
        case ObjectIdentifier(Int32.self): integer("int32")
        case ObjectIdentifier(Int16.self): integer(least: "-32768", greatest: "32767")
        case ObjectIdentifier(Int8.self): integer(least: "-128", greatest: "127")
        case ObjectIdentifier(UInt.self), ObjectIdentifier(UInt64.self): integer(least: "0")
        case ObjectIdentifier(UInt32.self): integer(least: "0", greatest: "4294967295")
        case ObjectIdentifier(UInt16.self): integer(least: "0", greatest: "65535")
        case ObjectIdentifier(UInt8.self): integer(least: "0", greatest: "255")
        case ObjectIdentifier(Double.self), ObjectIdentifier(Float.self): (["type": "number"], .number("1.5"))
        case ObjectIdentifier(Decimal.self): (["type": "number"], .number("1.25"))
        case ObjectIdentifier(UUID.self):
            (["type": "string", "format": "uuid"], "01515e3c-7c00-7000-8000-000000000001")
        default: nil
        }
    }

    /// The type's name without module, in characters that OpenAPI allows for the name of a component.
    static func title(of type: any Decodable.Type) -> String {
        let name = String(reflecting: type).replacing("Contracts.", with: "").replacing("Swift.", with: "")
        return String(name.map { $0.isLetter || $0.isNumber || $0 == "." ? $0 : "_" }).replacing("._", with: "_")
            .split(separator: "_").joined(separator: "_")
    }
}

/// A type whose fields deserve a word of explanation in the documents.
public protocol Noted {
    /// By the names in JSON.
    static var notes: [String: String] { get }
    /// Optional fields without which an example is a better one: those that exclude each other, those that nobody can make up.
    static var leftOutOfExamples: Set<String> { get }
}

extension Noted {
    public static var leftOutOfExamples: Set<String> { [] }
}

/// Collections, and what they make of the schema of their elements.
protocol SchemaCollection {
    static var elementType: any Decodable.Type { get }
    static func wrap(_ schema: JSONValue, _ example: JSONValue) -> (schema: JSONValue, example: JSONValue)
}

extension Array: SchemaCollection where Element: Decodable {
    static var elementType: any Decodable.Type { Element.self }
    static func wrap(_ schema: JSONValue, _ example: JSONValue) -> (schema: JSONValue, example: JSONValue) {
        (["type": "array", "items": schema], [example])
    }
}

extension Set: SchemaCollection where Element: Decodable {
    static var elementType: any Decodable.Type { Element.self }
    static func wrap(_ schema: JSONValue, _ example: JSONValue) -> (schema: JSONValue, example: JSONValue) {
        (["type": "array", "items": schema], [example])
    }
}

extension Dictionary: SchemaCollection where Key == String, Value: Decodable {
    static var elementType: any Decodable.Type { Value.self }
    static func wrap(_ schema: JSONValue, _ example: JSONValue) -> (schema: JSONValue, example: JSONValue) {
        (["type": "object", "additionalProperties": schema], ["name": example])
    }
}

extension Optional: SchemaCollection where Wrapped: Decodable {
    static var elementType: any Decodable.Type { Wrapped.self }
    static func wrap(_ schema: JSONValue, _ example: JSONValue) -> (schema: JSONValue, example: JSONValue) {
        (["anyOf": [schema, ["type": "null"]]], example)
    }
}
