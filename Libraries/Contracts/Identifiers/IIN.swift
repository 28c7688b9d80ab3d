/// Individual identification number of a natural person: `YYMMDD G NNNN K`.
///
/// The check digit makes it valid. The birth date inside is a hint, never a proof: the layout was taken out of the rules
/// in 2013, and numbers with `G` = 0 have none.
public struct IIN: Identifier {
    public let rawValue: String
    /// The birth date that the number suggests; nil where `G` = 0.
    public let birthDateHint: LocalDate?
    /// The sex that the number suggests; nil where `G` = 0.
    public let sexHint: Sex?

    public init(_ text: String) throws(IdentifierError) {
        let digits = try Checks.twelveDigits(text, .iin)
        // 4 and up in this place is a BIN.
        guard digits[6] <= 6, digits[4] <= 3 else { throw IdentifierError(.iin, .kindDigit) }
        if digits[6] == 0 {
            birthDateHint = nil
            sexHint = nil
        } else {
            let century = 1800 + (digits[6] - 1) / 2 * 100
            guard
                let date = LocalDate(
                    year: century + digits[0] * 10 + digits[1], month: digits[2] * 10 + digits[3], day: digits[4] * 10 + digits[5])
            else { throw IdentifierError(.iin, .date) }
            birthDateHint = date
            sexHint = digits[6] % 2 == 1 ? .male : .female
        }
        rawValue = text
    }

    /// Builds a number from its parts: for synthetic persons. Nil when there is no such day, century or serial, or no
    /// check digit exists.
    public init?(birthDate: LocalDate, sex: Sex, serial: Int) {
        guard (1800...2099).contains(birthDate.year), (0...9999).contains(serial) else { return nil }
        let century = (birthDate.year - 1800) / 100 * 2 + (sex == .male ? 1 : 2)
        let body =
            (birthDate.year % 100).padded(2) + birthDate.month.padded(2) + birthDate.day.padded(2) + "\(century)" + serial.padded(4)
        guard let check = Checks.checkDigit(body.utf8.map { Int($0) - 0x30 }) else { return nil }
        self.init(rawValue: body + "\(check)")
    }

    /// Masked, for logs: `********0019`.
    public var description: String { "********" + rawValue.suffix(4) }

    public static func == (a: IIN, b: IIN) -> Bool { a.rawValue == b.rawValue }
    public func hash(into hasher: inout Hasher) { hasher.combine(rawValue) }

    public static var schema: JSONSchema {
        .string(pattern: "^[0-9]{12}$", "Individual identification number of a person, with its check digit.")
    }
    public static var example: JSONValue { "850315300019" }
}

/// Sex as the registers record it.
public enum Sex: String, Codable, Sendable, Hashable, CaseIterable {
    case male, female
}
