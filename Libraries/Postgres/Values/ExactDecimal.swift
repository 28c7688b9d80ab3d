/// A decimal number without rounding, as `numeric` keeps it: digits and how many of them stand behind the point.
///
/// Equal values are equal whatever their trailing zeros (`1.5 == 1.50`); the zeros are kept on the way through the database.
public struct ExactDecimal: Sendable, LosslessStringConvertible {
    public let isNegative: Bool
    /// Decimal digits, most significant first, without leading zeros; empty for zero.
    public let digits: [UInt8]
    /// How many of the digits stand behind the point.
    public let scale: Int

    /// The most digits before the point and behind it that `numeric` holds.
    static let mostWhole = 131_072
    static let mostFraction = 16_383

    /// - Parameter digits: values 0 to 9; leading zeros may be there.
    init(isNegative: Bool, digits: some Sequence<UInt8>, scale: Int) {
        let significant = Array(digits.drop { $0 == 0 })
        self.isNegative = isNegative && !significant.isEmpty
        self.digits = significant
        self.scale = scale
    }

    public init(_ integer: some BinaryInteger) {
        self.init(isNegative: integer < 0, digits: "\(integer.magnitude)".utf8.lazy.map { $0 - UInt8(ascii: "0") }, scale: 0)
    }

    /// Reads `-12.340`: an optional sign, digits, and perhaps a point between or before digits; nil for anything else.
    public init?(_ text: String) {
        var rest = text.utf8[...]
        let negative = rest.first == UInt8(ascii: "-")
        if negative || rest.first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        let fraction = parts.count == 2 ? parts[1].count : 0
        guard let whole = parts.first, !whole.isEmpty || fraction > 0, parts.count == 1 || fraction > 0,
            whole.count <= Self.mostWhole, fraction <= Self.mostFraction
        else { return nil }
        let digits = parts.joined().map { $0 &- UInt8(ascii: "0") }
        guard digits.allSatisfy({ $0 <= 9 }) else { return nil }
        self.init(isNegative: negative, digits: digits, scale: fraction)
    }

    public var description: String {
        let padded = Array(repeating: 0, count: max(0, scale + 1 - digits.count)) + digits
        var text = padded.map { $0 + UInt8(ascii: "0") }
        if scale > 0 { text.insert(UInt8(ascii: "."), at: text.count - scale) }
        return (isNegative ? "-" : "") + String(decoding: text, as: UTF8.self)
    }

    /// The value as an integer; nil when it has a fraction or does not fit.
    public var integer: Int64? {
        let reduced = normal
        return reduced.scale > 0 ? nil : Int64(reduced.description)
    }

    /// Without trailing zeros behind the point.
    private var normal: ExactDecimal {
        var (digits, scale) = (digits, scale)
        while scale > 0, digits.last ?? 0 == 0 {
            if !digits.isEmpty { digits.removeLast() }
            scale -= 1
        }
        return ExactDecimal(isNegative: isNegative, digits: digits, scale: scale)
    }
}

extension ExactDecimal: Hashable {
    public static func == (a: ExactDecimal, b: ExactDecimal) -> Bool {
        let (a, b) = (a.normal, b.normal)
        return a.isNegative == b.isNegative && a.scale == b.scale && a.digits == b.digits
    }

    public func hash(into hasher: inout Hasher) {
        let reduced = normal
        hasher.combine(reduced.isNegative)
        hasher.combine(reduced.scale)
        hasher.combine(reduced.digits)
    }
}
