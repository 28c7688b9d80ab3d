/// Reads fixed numbers of ASCII digits from a short text.
struct DigitScanner {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let byte = rest.first, (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int(byte - 0x30)
            rest.removeFirst()
        }
        return value
    }

    /// One to `width` digits after a point, as a number of units of the last of `width` places.
    mutating func fraction(upTo width: Int) -> Int? {
        var value = 0
        var seen = 0
        while let byte = rest.first, (0x30...0x39).contains(byte) {
            guard seen < width else { return nil }
            value = value * 10 + Int(byte - 0x30)
            seen += 1
            rest.removeFirst()
        }
        guard seen > 0 else { return nil }
        for _ in seen..<width { value *= 10 }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard let byte = rest.first, UInt32(byte) == character.value else { return false }
        rest.removeFirst()
        return true
    }
}

extension Int {
    /// Decimal, with leading zeros up to a width.
    func padded(_ width: Int) -> String {
        let text = String(self)
        return text.utf8.count >= width ? text : String(repeating: "0", count: width - text.utf8.count) + text
    }
}

extension Int64 {
    /// Division that rounds down, so that the remainder is never negative.
    func floored(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (q, r) = quotientAndRemainder(dividingBy: divisor)
        return r < 0 ? (q - 1, r + divisor) : (q, r)
    }
}
