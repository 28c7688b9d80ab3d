/// Code of an administrative unit, `RR DD OO NNN`: region, district or city, rural district, settlement.
/// Whether a unit exists is for the register's data to say; this is the shape only.
public struct KATOCode: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        let digits = try Checks.digits(text, 9, .kato)
        guard digits[0] > 0 else { throw IdentifierError(.kato, .form(example: "101033102")) }
        rawValue = text
    }

    /// The first two digits.
    public var region: String { String(rawValue.prefix(2)) }

    /// The codes of the units that may stand above this one, nearest first. Not each need exist: a parent is the first
    /// that does (711210000 has no 711200000 above it, but 710000000).
    public var parents: [KATOCode] {
        [6, 4, 2].compactMap { kept -> KATOCode? in
            guard !rawValue.dropFirst(kept).utf8.allSatisfy({ $0 == UInt8(ascii: "0") }) else { return nil }
            return KATOCode(rawValue: rawValue.prefix(kept) + String(repeating: "0", count: 9 - kept))
        }
    }

    public static var schema: JSONSchema {
        .string(pattern: "^[1-9][0-9]{8}$", "Code of an administrative unit (KATO).")
    }
    public static var example: JSONValue { "101033102" }
}
