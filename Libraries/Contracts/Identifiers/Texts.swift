/// One line of text: 1 to 200 characters, not blank, without control characters.
public struct ShortText: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        try TextRules.check(text, 1...200, allowed: { _ in false })
        rawValue = text
    }

    public static var schema: JSONSchema { .string(length: 1...200, "One line of text.") }
    public static var example: JSONValue { "Абай көшесі, 5 үй" }
}

/// A text of several lines: 1 to 4000 characters, not blank, no control characters but line breaks and tabs.
public struct LongText: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        try TextRules.check(text, 1...4000, allowed: { $0 == "\n" || $0 == "\r" || $0 == "\t" })
        rawValue = text
    }

    public static var schema: JSONSchema { .string(length: 1...4000, "A text of several lines.") }
    public static var example: JSONValue { "Заявитель не подтвердил стаж." }
}

/// A surname, given name or patronymic: 1 to 100 letters with hyphens, apostrophes, points and blanks between them.
public struct NamePart: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        guard (1...100).contains(text.unicodeScalars.count) else {
            throw IdentifierError(.name, .length(expected: 1...100, found: text.unicodeScalars.count))
        }
        for scalar in text.unicodeScalars where !scalar.properties.isAlphabetic && !"-'’ʼ. ".unicodeScalars.contains(scalar) {
            if !scalar.properties.isGraphemeExtend { throw IdentifierError(.name, .characters) }
        }
        guard let first = text.unicodeScalars.first, first.properties.isAlphabetic, !text.hasSuffix(" ") else {
            throw IdentifierError(.name, .characters)
        }
        rawValue = text
    }

    public static var schema: JSONSchema { .string(length: 1...100, "A part of a name, in letters.") }
    public static var example: JSONValue { "Айгерим" }
}

enum TextRules {
    static func check(_ text: String, _ length: ClosedRange<Int>, allowed: (Unicode.Scalar) -> Bool) throws(IdentifierError) {
        let count = text.unicodeScalars.count
        guard length.contains(count) else { throw IdentifierError(.text, .length(expected: length, found: count)) }
        for scalar in text.unicodeScalars where (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)) && !allowed(scalar) {
            throw IdentifierError(.text, .characters)
        }
        guard !text.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) else { throw IdentifierError(.text, .blank) }
    }
}
