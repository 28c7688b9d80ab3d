/// Reads fixed numbers of ASCII digits from a short text, whose bytes outlive it.
struct DigitScanner {
    private let text: UnsafeBufferPointer<UInt8>
    private var place = 0

    init(_ text: UnsafeBufferPointer<UInt8>) { self.text = text }

    var isAtEnd: Bool { place == text.count }

    private var digit: Int? {
        guard !isAtEnd, case let value = text[place] &- 0x30, value < 10 else { return nil }
        return Int(value)
    }

    mutating func digits(_ count: Int) -> Int? {
        var value = 0
        for _ in 0..<count {
            guard let digit else { return nil }
            value = value * 10 + digit
            place += 1
        }
        return value
    }

    /// One to `width` digits after a point, as a number of units of the last of `width` places.
    mutating func fraction(upTo width: Int) -> Int? {
        var value = 0
        var seen = 0
        while let digit {
            guard seen < width else { return nil }
            value = value * 10 + digit
            seen += 1
            place += 1
        }
        guard seen > 0 else { return nil }
        for _ in seen..<width { value *= 10 }
        return value
    }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard !isAtEnd, UInt32(text[place]) == character.value else { return false }
        place += 1
        return true
    }
}

/// Writes the parts of a date or time into memory that is large enough for all of them.
struct DigitWriter {
    private let memory: UnsafeMutableBufferPointer<UInt8>
    private(set) var count = 0

    init(_ memory: UnsafeMutableBufferPointer<UInt8>) { self.memory = memory }

    mutating func write(_ mark: Unicode.Scalar) {
        memory[count] = UInt8(truncatingIfNeeded: mark.value)
        count += 1
    }

    /// Decimal, with leading zeros.
    mutating func write(_ number: Int, digits: Int) {
        var rest = number
        for place in stride(from: count + digits - 1, through: count, by: -1) {
            memory[place] = 0x30 + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        count += digits
    }

    /// The digits after a point, without trailing zeros.
    mutating func write(fractionOfMillion: Int) {
        var (fraction, digits) = (fractionOfMillion, 6)
        while fraction % 10 == 0, digits > 1 { (fraction, digits) = (fraction / 10, digits - 1) }
        write(".")
        write(fraction, digits: digits)
    }

    /// `YYYY-MM-DD`
    mutating func write(_ date: LocalDate) {
        let (year, month, day) = date.components
        write(year, digits: 4)
        write("-")
        write(month, digits: 2)
        write("-")
        write(day, digits: 2)
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
