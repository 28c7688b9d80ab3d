/// Registration code of an address (РКА): 16 digits. No check digit and no inner structure are known.
public struct AddressCode: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        _ = try Checks.digits(text, 16, .addressCode)
        rawValue = text
    }

    public static var schema: JSONSchema { .string(pattern: "^[0-9]{16}$", "Registration code of an address.") }
    public static var example: JSONValue { "2201900167046043" }
}

/// Cadastral number `RR:DDD:KKK:PPPP`, for parts of a plot with a suffix such as `:1/A/12`. Its regions are not KATO's.
public struct CadastralNumber: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        guard (12...60).contains(text.utf8.count) else {
            throw IdentifierError(.cadastralNumber, .length(expected: 12...60, found: text.count))
        }
        let parts = text.split(separator: ":", maxSplits: 4, omittingEmptySubsequences: false)
        let wanted = [2...2, 3...3, 3...3, 1...4]
        guard parts.count >= 4,
            zip(parts, wanted).allSatisfy({ $1.contains($0.utf8.count) && $0.utf8.allSatisfy(Checks.isDigit) }),
            parts.count == 4 || !parts[4].isEmpty
        else { throw IdentifierError(.cadastralNumber, .form(example: "20:311:001:050")) }
        guard !text.unicodeScalars.contains(where: { $0.properties.isWhitespace || $0.properties.generalCategory == .control })
        else { throw IdentifierError(.cadastralNumber, .characters) }
        rawValue = text
    }

    public static var schema: JSONSchema {
        .string(pattern: "^[0-9]{2}:[0-9]{3}:[0-9]{3}:[0-9]{1,4}(:[^\\s]+)?$", "Cadastral number.")
    }
    public static var example: JSONValue { "20:311:001:050" }
}
