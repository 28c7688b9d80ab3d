/// A JSON Schema (2020-12).
public struct JSONSchema: Sendable, Hashable {
    public var value: JSONValue

    public init(_ value: JSONValue) { self.value = value }

    /// A string that matches a pattern (ECMA 262), described for readers of the document.
    public static func string(pattern: String, _ description: String) -> JSONSchema {
        JSONSchema(["type": "string", "pattern": .string(pattern), "description": .string(description)])
    }

    /// A string in one of the named formats of JSON Schema.
    public static func string(format: String, _ description: String) -> JSONSchema {
        JSONSchema(["type": "string", "format": .string(format), "description": .string(description)])
    }

    /// A string of so many characters.
    public static func string(length: ClosedRange<Int>, _ description: String) -> JSONSchema {
        JSONSchema([
            "type": "string", "minLength": .number(String(length.lowerBound)), "maxLength": .number(String(length.upperBound)),
            "description": .string(description),
        ])
    }

    /// The words that an enumeration of strings allows; nil when the type is none.
    static func words(of type: Any.Type) -> [String]? {
        func words<E: CaseIterable & Encodable>(_ type: E.Type) -> [String]? {
            let words = E.allCases.compactMap { (try? JSON.tree($0))?.string }
            return words.count == E.allCases.count && !words.isEmpty ? words : nil
        }
        guard let cases = type as? any (CaseIterable & Encodable).Type else { return nil }
        return words(cases)
    }
}

/// A type that is one value in JSON, and knows its own schema and a good example.
public protocol SchemaLeaf: Decodable {
    static var schema: JSONSchema { get }
    /// A value that the schema and the type both accept.
    static var example: JSONValue { get }
}

extension Timestamp: SchemaLeaf {
    public static var schema: JSONSchema { .string(format: "date-time", "A moment in UTC (RFC 3339).") }
    public static var example: JSONValue { "2015-12-01T06:00:00Z" }
}

extension LocalDate: SchemaLeaf {
    public static var schema: JSONSchema { .string(format: "date", "A day of the calendar.") }
    public static var example: JSONValue { "2015-12-01" }
}

extension JSONValue: SchemaLeaf {
    public static var schema: JSONSchema { JSONSchema(["description": "Any JSON value."]) }
    public static var example: JSONValue { [:] }
}
