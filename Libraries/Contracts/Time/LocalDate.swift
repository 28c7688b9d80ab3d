/// A day of the calendar, without a time of day or a zone. In JSON: `2015-12-01`. Years 1 to 9999, Gregorian throughout.
public struct LocalDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Days since 1970-01-01; negative before it.
    public let daysSince1970: Int

    public enum Weekday: Int, Sendable, Hashable, CaseIterable, Codable {
        /// Numbered as in ISO 8601: Monday is 1.
        case monday = 1, tuesday, wednesday, thursday, friday, saturday, sunday
    }

    init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// Nil when there is no such day.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        self.init(daysSince1970: Self.days(year: year, month: month, day: day))
        guard components == (year, month, day) else { return nil }
    }

    /// Reads `YYYY-MM-DD`; nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let date = text.withUTF8(Self.read) else { return nil }
        self = date
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> LocalDate? {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), scanner.isAtEnd
        else { return nil }
        return LocalDate(year: year, month: month, day: day)
    }

    /// The day that a clock so many hours ahead of UTC shows at a moment.
    public init(_ moment: Timestamp, offset hours: Int) {
        let local = moment.microseconds + Int64(hours) * 3_600_000_000
        self.init(daysSince1970: Int(local.floored(by: 86_400_000_000).quotient))
    }

    public var year: Int { components.year }
    public var month: Int { components.month }
    public var day: Int { components.day }

    public var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = Int64(daysSince1970 + 3).floored(by: 7).remainder
        return Weekday(rawValue: Int(index) + 1) ?? .monday
    }

    public func adding(days: Int) -> LocalDate { LocalDate(daysSince1970: daysSince1970 + days) }

    /// The number of days from an earlier day to this one; negative when the other is later.
    public func days(since other: LocalDate) -> Int { daysSince1970 - other.daysSince1970 }

    /// The moment at which this day begins where clocks are so many hours ahead of UTC.
    public func start(offset hours: Int) -> Timestamp {
        Timestamp(microseconds: Int64(daysSince1970) * 86_400_000_000 - Int64(hours) * 3_600_000_000)
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 10) { text in
            var text = DigitWriter(text)
            text.write(self)
            return text.count
        }
    }

    public static func < (a: LocalDate, b: LocalDate) -> Bool { a.daysSince1970 < b.daysSince1970 }

    // The calendar repeats every 400 years of 146,097 days. Counting years from 1 March puts the leap day last,
    // and then the months' lengths follow 153 days per five months.

    private static func days(year: Int, month: Int, day: Int) -> Int {
        let shifted = month > 2 ? year : year - 1
        let (cycle, yearOfCycle) = Int64(shifted).floored(by: 400)
        let y = Int(yearOfCycle)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return Int(cycle) * 146_097 + y * 365 + y / 4 - y / 100 + dayOfYear - 719_468
    }

    var components: (year: Int, month: Int, day: Int) {
        let (cycle, rest) = Int64(daysSince1970 + 719_468).floored(by: 146_097)
        let d = Int(rest)
        let y = (d - d / 1460 + d / 36_524 - d / 146_096) / 365
        let dayOfYear = d - (365 * y + y / 4 - y / 100)
        let m = (5 * dayOfYear + 2) / 153
        let month = m < 10 ? m + 3 : m - 9
        return (Int(cycle) * 400 + y + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * m + 2) / 5 + 1)
    }
}

extension LocalDate: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let date = LocalDate(text) else { throw ValueError.date }
        self = date
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
