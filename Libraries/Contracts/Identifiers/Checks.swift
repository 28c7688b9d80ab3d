/// The checks that several kinds of numbers share.
enum Checks {
    /// The text's bytes, when there are just so many and all are digits.
    static func digits(_ text: String, _ count: Int, _ kind: IdentifierError.Kind) throws(IdentifierError) -> [Int] {
        guard text.utf8.count == count else {
            // Counted in characters, as whoever typed it counts.
            throw text.count == count
                ? IdentifierError(kind, .characters) : IdentifierError(kind, .length(expected: count...count, found: text.count))
        }
        var digits: [Int] = []
        digits.reserveCapacity(count)
        for byte in text.utf8 {
            guard (0x30...0x39).contains(byte) else { throw IdentifierError(kind, .characters) }
            digits.append(Int(byte) - 0x30)
        }
        return digits
    }

    /// The check digit of IIN and BIN over the first eleven digits; nil when there is none, so the serial is skipped.
    static func checkDigit(_ digits: [Int]) -> Int? {
        // Weights 1 to 11, and where that gives 10, from 3 on and round: 3 to 11, 1, 2.
        func sum(from weight: Int) -> Int {
            var sum = 0
            for place in 0..<11 { sum += digits[place] * ((place + weight - 1) % 11 + 1) }
            return sum % 11
        }
        let first = sum(from: 1)
        if first < 10 { return first }
        let second = sum(from: 3)
        return second < 10 ? second : nil
    }

    static func twelveDigits(_ text: String, _ kind: IdentifierError.Kind) throws(IdentifierError) -> [Int] {
        let digits = try digits(text, 12, kind)
        guard let check = checkDigit(digits) else { throw IdentifierError(kind, .neverIssued) }
        guard digits[11] == check else { throw IdentifierError(kind, .checkDigit) }
        return digits
    }

    /// ISO 7064 mod 97-10 over ASCII digits and capital letters (A = 10 … Z = 35); nil for any other character.
    static func mod97(_ text: some Sequence<UInt8>) -> Int? {
        var remainder = 0
        for byte in text {
            switch byte {
            case 0x30...0x39: remainder = (remainder * 10 + Int(byte - 0x30)) % 97
            case 0x41...0x5A: remainder = (remainder * 100 + Int(byte - 0x37)) % 97
            default: return nil
            }
        }
        return remainder
    }

    static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    static func isCapital(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) }
}
