/// An amount in tenge, kept in tiyn (a hundredth). In JSON: `{"amount":"19820.00","currency":"KZT"}`.
/// Arithmetic is checked and never rounds.
public struct Money: RawRepresentable, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Tiyn.
    public let rawValue: Int64

    public init(rawValue: Int64) { self.rawValue = rawValue }
    public init(tiyn: Int64) { rawValue = tiyn }

    /// A whole number of tenge.
    public init(tenge: Int64) throws(MoneyError) { self = try Money(tiyn: tenge).multiplied(by: 100) }

    /// Reads `19820.00`, `-5.50` or `19820`: with no point or with two digits behind it.
    public init(_ text: String) throws(MoneyError) {
        let isNegative = text.utf8.first == UInt8(ascii: "-")
        let digits = isNegative ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, !whole.isEmpty, parts.count == 1 || parts[1].utf8.count == 2,
            parts.allSatisfy({ $0.utf8.allSatisfy(Checks.isDigit) })
        else { throw .form }
        let sign = isNegative ? "-" : ""
        guard let tiyn = Int64(sign + whole + (parts.count == 2 ? String(parts[1]) : "00")) else { throw .overflow }
        rawValue = tiyn
    }

    public static let zero = Money(tiyn: 0)

    public func adding(_ other: Money) throws(MoneyError) -> Money { try .exact(rawValue.addingReportingOverflow(other.rawValue)) }

    public func subtracting(_ other: Money) throws(MoneyError) -> Money {
        try .exact(rawValue.subtractingReportingOverflow(other.rawValue))
    }

    public func multiplied(by factor: Int64) throws(MoneyError) -> Money {
        try .exact(rawValue.multipliedReportingOverflow(by: factor))
    }

    /// A fraction of the amount, such as 1/2 MRP; throws when it does not come out in whole tiyn.
    public func multiplied(by numerator: Int64, over denominator: Int64) throws(MoneyError) -> Money {
        let product = try multiplied(by: numerator)
        guard denominator != 0, product.rawValue % denominator == 0 else { throw .inexact }
        return Money(tiyn: product.rawValue / denominator)
    }

    private static func exact(_ result: (partialValue: Int64, overflow: Bool)) throws(MoneyError) -> Money {
        guard !result.overflow else { throw .overflow }
        return Money(tiyn: result.partialValue)
    }

    /// `19820.00`.
    public var amount: String {
        let (tenge, tiyn) = rawValue.magnitude.quotientAndRemainder(dividingBy: 100)
        return "\(rawValue < 0 ? "-" : "")\(tenge).\(Int(tiyn).padded(2))"
    }

    public var description: String { "\(amount) KZT" }

    public static func < (a: Money, b: Money) -> Bool { a.rawValue < b.rawValue }
}

/// Why an amount is not good or a calculation has no exact result.
public enum MoneyError: ValueFault, Hashable {
    case form, currency, overflow, inexact

    public var rule: String {
        switch self {
        case .form: "money-form"
        case .currency: "money-currency"
        case .overflow: "money-overflow"
        case .inexact: "money-inexact"
        }
    }

    public var text: LocalizedText {
        switch self {
        case .form:
            LocalizedText(
                kk: "сома «19820.00» түрінде жазылуға тиіс", ru: "сумма должна иметь вид «19820.00»",
                en: "an amount must look like “19820.00”")
        case .currency:
            LocalizedText(kk: "валюта KZT болуға тиіс", ru: "валютой должна быть KZT", en: "the currency must be KZT")
        case .overflow:
            LocalizedText(kk: "сома тым үлкен", ru: "сумма слишком велика", en: "the amount is too large")
        case .inexact:
            LocalizedText(
                kk: "сома бүтін тиынға бөлінбейді", ru: "сумма не делится на целые тиыны",
                en: "the amount does not come out in whole tiyn")
        }
    }
}

extension Money: Codable, SchemaLeaf {
    private enum CodingKeys: CodingKey { case amount, currency }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        guard try container.decode(String.self, forKey: .currency) == "KZT" else { throw MoneyError.currency }
        self = try Money(container.decode(String.self, forKey: .amount))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(amount, forKey: .amount)
        try container.encode("KZT", forKey: .currency)
    }

    public static var schema: JSONSchema {
        JSONSchema([
            "type": "object", "description": "An amount of money.",
            "properties": [
                "amount": ["type": "string", "pattern": "^-?[0-9]+(\\.[0-9]{2})?$"],
                "currency": ["const": "KZT"],
            ],
            "required": ["amount", "currency"], "additionalProperties": false,
        ])
    }
    public static var example: JSONValue { ["amount": "19820.00", "currency": "KZT"] }
}
