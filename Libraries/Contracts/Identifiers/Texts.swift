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
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if TextRules.isLetter(scalar) { continue }
            guard count > 1, TextRules.isBetweenLetters(scalar) || scalar.properties.isGraphemeExtend else {
                throw IdentifierError(.name, .characters)
            }
        }
        guard (1...100).contains(count) else { throw IdentifierError(.name, .length(expected: 1...100, found: count)) }
        guard text.utf8.last != UInt8(ascii: " ") else { throw IdentifierError(.name, .characters) }
        rawValue = text
    }

    public static var schema: JSONSchema { .string(length: 1...100, "A part of a name, in letters.") }
    public static var example: JSONValue { "Айгерим" }
}

enum TextRules {
    /// Latin and Cyrillic, in which nearly all names here are written, without asking Unicode's tables.
    static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0x400...0x481, 0x48A...0x52F: true
        case ..<0x80: false
        default: scalar.properties.isAlphabetic
        }
    }

    static func isBetweenLetters(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "-", "'", "’", "ʼ", ".", " ": true
        default: false
        }
    }

    static func check(_ text: String, _ length: ClosedRange<Int>, allowed: (Unicode.Scalar) -> Bool) throws(IdentifierError) {
        var count = 0, isAllowed = true
        for scalar in text.unicodeScalars {
            count += 1
            if scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value), !allowed(scalar) { isAllowed = false }
        }
        guard length.contains(count) else { throw IdentifierError(.text, .length(expected: length, found: count)) }
        guard isAllowed else { throw IdentifierError(.text, .characters) }
        guard !text.unicodeScalars.allSatisfy({ $0.properties.isWhitespace }) else { throw IdentifierError(.text, .blank) }
    }
}
