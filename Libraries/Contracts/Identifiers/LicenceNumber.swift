/// Number of a licence, permit or application: `KZ`, two check digits, three letters of the series, eight digits.
/// The check is ISO 7064 mod 97-10, as in an IBAN.
public struct LicenceNumber: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        let bytes = Array(text.utf8)
        guard bytes.count == 15 else { throw IdentifierError(.licenceNumber, .length(expected: 15...15, found: text.count)) }
        guard text.hasPrefix("KZ"), bytes[2...3].allSatisfy(Checks.isDigit), bytes[4...6].allSatisfy(Checks.isCapital),
            bytes[7...].allSatisfy(Checks.isDigit)
        else { throw IdentifierError(.licenceNumber, .form(example: "KZ65LAA00000001")) }
        guard Checks.mod97(bytes[4...] + bytes[..<4]) == 1 else { throw IdentifierError(.licenceNumber, .checkDigit) }
        rawValue = text
    }

    /// Makes the number of a serial in a series of three capital letters; the check digits are computed.
    public init(series: String, serial: Int) throws(IdentifierError) {
        guard series.utf8.count == 3, series.utf8.allSatisfy(Checks.isCapital), (0...99_999_999).contains(serial) else {
            throw IdentifierError(.licenceNumber, .form(example: "KZ65LAA00000001"))
        }
        let body = series + serial.padded(8)
        let check = 98 - (Checks.mod97((body + "KZ00").utf8) ?? 0)
        try self.init("KZ\(check.padded(2))\(body)")
    }

    public var series: String { String(rawValue.dropFirst(4).prefix(3)) }
    public var serial: Int { Int(rawValue.suffix(8)) ?? 0 }

    public static var schema: JSONSchema {
        .string(pattern: "^KZ[0-9]{2}[A-Z]{3}[0-9]{8}$", "Number of a licence, permit or application, with check digits.")
    }
    public static var example: JSONValue { "KZ65LAA00000001" }
}

/// Account number (ИИК): `KZ`, two check digits, three digits of the bank, 13 letters or digits.
public struct IBAN: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 else { throw IdentifierError(.iban, .length(expected: 20...20, found: text.count)) }
        guard text.hasPrefix("KZ"), bytes[2...6].allSatisfy(Checks.isDigit),
            bytes[7...].allSatisfy({ Checks.isDigit($0) || Checks.isCapital($0) })
        else { throw IdentifierError(.iban, .form(example: "KZ86125KZT5004100100")) }
        guard Checks.mod97(bytes[4...] + bytes[..<4]) == 1 else { throw IdentifierError(.iban, .checkDigit) }
        rawValue = text
    }

    /// The three digits of the bank.
    public var bank: String { String(rawValue.dropFirst(4).prefix(3)) }

    public static var schema: JSONSchema {
        .string(pattern: "^KZ[0-9]{5}[A-Z0-9]{13}$", "Account number (IBAN), with check digits.")
    }
    public static var example: JSONValue { "KZ86125KZT5004100100" }
}
