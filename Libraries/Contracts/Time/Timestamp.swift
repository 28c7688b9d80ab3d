import FoundationEssentials

/// A moment, in microseconds since 1970-01-01T00:00:00Z, without leap seconds. In JSON it is RFC 3339 in UTC:
/// `2015-12-01T06:00:00Z`, with up to six digits of a second's fraction and no trailing zeros.
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z. The range that RFC 3339 can write is years 1 to 9999.
    public let microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    /// The moment of a real clock, to the microsecond.
    public static var now: Timestamp {
        Timestamp(microseconds: Int64((Date.now.timeIntervalSince1970 * 1_000_000).rounded(.down)))
    }

    /// Whole seconds since 1970, rounded down: the form of JWT's `iat` and `exp`.
    public var seconds: Int64 { microseconds.floored(by: 1_000_000).quotient }

    public init(seconds: Int64) { self.init(microseconds: seconds &* 1_000_000) }

    /// Reads an RFC 3339 date-time with `Z` or a numeric offset and at most six fraction digits.
    ///
    /// Returns nil for anything else, a leap second (`:60`) included, since a database could not keep it.
    public init?(rfc3339 text: String) {
        var text = text
        guard let moment = text.withUTF8({ Timestamp(rfc3339: $0) }) else { return nil }
        self = moment
    }

    package init?(rfc3339 text: UnsafeBufferPointer<UInt8>) {
        var scanner = DigitScanner(text)
        guard let year = scanner.digits(4), scanner.skip("-"), let month = scanner.digits(2), scanner.skip("-"),
            let day = scanner.digits(2), let date = LocalDate(year: year, month: month, day: day),
            scanner.skip("T") || scanner.skip("t"),
            let hour = scanner.digits(2), hour < 24, scanner.skip(":"), let minute = scanner.digits(2), minute < 60,
            scanner.skip(":"), let second = scanner.digits(2), second < 60
        else { return nil }
        var fraction = 0
        if scanner.skip(".") {
            guard let digits = scanner.fraction(upTo: 6) else { return nil }
            fraction = digits
        }
        var offset = 0
        if !(scanner.skip("Z") || scanner.skip("z")) {
            let sign = scanner.skip("+") ? 1 : scanner.skip("-") ? -1 : 0
            guard sign != 0, let hours = scanner.digits(2), hours < 24, scanner.skip(":"),
                let minutes = scanner.digits(2), minutes < 60
            else { return nil }
            offset = sign * (hours * 60 + minutes) * 60
        }
        guard scanner.isAtEnd else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
    }

    /// RFC 3339 in UTC.
    public var description: String {
        let (day, rest) = microseconds.floored(by: 86_400_000_000)
        let second = Int(rest / 1_000_000)
        let fraction = Int(rest % 1_000_000)
        return String(unsafeUninitializedCapacity: 27) { text in
            var text = DigitWriter(text)
            text.write(LocalDate(daysSince1970: Int(day)))
            text.write("T")
            text.write(second / 3600, digits: 2)
            text.write(":")
            text.write(second / 60 % 60, digits: 2)
            text.write(":")
            text.write(second % 60, digits: 2)
            if fraction > 0 { text.write(fractionOfMillion: fraction) }
            text.write("Z")
            return text.count
        }
    }

    public static func < (a: Timestamp, b: Timestamp) -> Bool { a.microseconds < b.microseconds }

    /// The moment so much later; parts below a microsecond are dropped.
    public static func + (moment: Timestamp, span: Duration) -> Timestamp {
        let parts = span.components
        return Timestamp(
            microseconds: moment.microseconds + parts.seconds * 1_000_000 + parts.attoseconds / 1_000_000_000_000)
    }

    /// The moment so much earlier.
    public static func - (moment: Timestamp, span: Duration) -> Timestamp { moment + (.zero - span) }

    /// The time from the second moment to the first.
    public static func - (later: Timestamp, earlier: Timestamp) -> Duration {
        .microseconds(later.microseconds - earlier.microseconds)
    }
}

extension Timestamp: Codable {
    public init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let moment = Timestamp(rfc3339: text) else { throw ValueError.timestamp }
        self = moment
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
