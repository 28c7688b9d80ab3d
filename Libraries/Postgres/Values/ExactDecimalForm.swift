/// As numeric; its NaN and infinities have no place here.
extension ExactDecimal: PostgresCodable {
    // The binary form: count of groups, weight of the first, sign, digits behind the point, then groups of four digits.
    private static let negativeSign: UInt16 = 0x4000

    public static var postgresType: PostgresType { .numeric }
    public static var expectation: String { "numeric" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .numeric }

    public func encode(into bytes: inout PostgresBytes) {
        // Zeros in front and behind make both sides of the point whole groups.
        let fraction = (4 - scale % 4) % 4
        let whole = max(0, digits.count - scale)
        let front = (4 - whole % 4) % 4 + max(0, scale - digits.count)
        let padded = Array(repeating: 0, count: front) + digits + Array(repeating: 0, count: fraction)
        var groups: [UInt16] = []
        groups.reserveCapacity(padded.count / 4)
        for start in stride(from: 0, to: padded.count, by: 4) {
            groups.append(padded[start..<start + 4].reduce(UInt16(0)) { $0 * 10 + UInt16($1) })
        }
        let leading = groups.prefix { $0 == 0 }.count
        let weight = (whole + 3) / 4 - 1 - leading
        groups.removeFirst(leading)
        while groups.last == 0 { groups.removeLast() }
        bytes.write(Int16(truncatingIfNeeded: groups.count))
        bytes.write(Int16(truncatingIfNeeded: groups.isEmpty ? 0 : weight))
        bytes.write(isNegative ? Self.negativeSign : 0)
        bytes.write(UInt16(truncatingIfNeeded: scale))
        for group in groups { bytes.write(group) }
    }

    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> ExactDecimal {
        var reader = CellReader(try cell.content())
        let count = Int(try reader.integer(UInt16.self))
        let weight = Int(try reader.integer(Int16.self))
        let sign: UInt16 = try reader.integer()
        let scale = Int(try reader.integer(UInt16.self))
        guard sign == 0 || sign == negativeSign else { throw .unrepresentable }
        guard scale <= mostFraction, reader.count == count * 2 else { throw .malformed }
        // The digits of whole groups, from the one that holds the units or the first sent, whichever is higher.
        var digits: [UInt8] = []
        let highest = max(weight, 0)
        let lowest = -((scale + 3) / 4)
        digits.reserveCapacity((highest - lowest + 1) * 4)
        var position = highest
        var remaining = count
        while position >= lowest {
            var group: UInt16 = 0
            if position <= weight, remaining > 0 {
                group = try reader.integer()
                remaining -= 1
            }
            guard group < 10_000 else { throw .malformed }
            for divisor: UInt16 in [1000, 100, 10, 1] { digits.append(UInt8(group / divisor % 10)) }
            position -= 1
        }
        let surplus = -lowest * 4 - scale
        return ExactDecimal(isNegative: sign != 0, digits: digits.dropLast(surplus), scale: scale)
    }
}
