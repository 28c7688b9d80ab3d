/// Business identification number of a legal entity, branch or joint enterprise: `YYMM T A NNNNN K`.
public struct BIN: Identifier {
    /// Which kind of holder the fifth digit names.
    public enum Holder: Sendable, Hashable { case resident, nonResident, jointEntrepreneurs }

    public let rawValue: String
    public let holder: Holder

    public init(_ text: String) throws(IdentifierError) {
        let digits = try Checks.twelveDigits(text, .bin)
        switch digits[4] {
        case 4: holder = .resident
        case 5: holder = .nonResident
        case 6: holder = .jointEntrepreneurs
        default: throw IdentifierError(.bin, .kindDigit)
        }
        // 0 head unit, 1 branch, 2 representative office, 3 or (since 2023) 4 farm.
        guard digits[5] <= 4 else { throw IdentifierError(.bin, .kindDigit) }
        guard (1...12).contains(digits[2] * 10 + digits[3]) else { throw IdentifierError(.bin, .date) }
        rawValue = text
    }

    public static var schema: JSONSchema {
        .string(pattern: "^[0-9]{4}[4-6][0-4][0-9]{6}$", "Business identification number, with its check digit.")
    }
    public static var example: JSONValue { "150140000121" }
}
