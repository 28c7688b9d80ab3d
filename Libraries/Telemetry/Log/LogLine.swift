import Glibc

/// One line of the log as JSON (RFC 8259), under construction.
struct LogLine {
    /// A longer text is cut, so that one field cannot fill a disk.
    static let longestText = 16_384
    private static let ownNames: Set = ["time", "level", "service", "message", "trace_id", "span_id"]

    private(set) var bytes: [UInt8] = []

    init(level: LogLevel, service: String, message: String, trace: TraceContext?, fields: LogFields, at time: timespec) {
        bytes.reserveCapacity(256)
        bytes.append(contentsOf: "{\"time\":\"".utf8)
        appendTime(time)
        bytes.append(contentsOf: "\",\"level\":\"\(level)\",\"service\":".utf8)
        append(text: service)
        bytes.append(contentsOf: ",\"message\":".utf8)
        append(text: Masking.masked(message))
        if let trace {
            bytes.append(contentsOf: ",\"trace_id\":\"\(trace.traceID)\",\"span_id\":\"\(trace.spanID)\"".utf8)
        }
        for (name, value) in fields.pairs {
            bytes.append(UInt8(ascii: ","))
            append(text: Self.ownNames.contains(name) ? "field_" + name : name)
            bytes.append(UInt8(ascii: ":"))
            append(Masking.isSecret(name) ? .string("***") : value)
        }
        bytes.append(contentsOf: "}\n".utf8)
    }

    private mutating func append(_ value: LogValue) {
        switch value {
        case .string(let text):
            append(text: Masking.masked(text))
        case .int(let number):
            let text = String(number)
            let masked = Masking.masked(text)
            if masked == text { bytes.append(contentsOf: text.utf8) } else { append(text: masked) }
        case .double(let number):
            // JSON has no word for infinities and NaN; a float of twelve digits may be a personal number too.
            let text = number == number.rounded() && abs(number) < 1e15 ? String(Int(number)) : String(number)
            let masked = Masking.masked(text)
            if number.isFinite, masked == text { bytes.append(contentsOf: text.utf8) } else { append(text: masked) }
        case .bool(let flag):
            bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .null:
            bytes.append(contentsOf: "null".utf8)
        }
    }

    /// A JSON string. Control characters (C1 and DEL too, which terminals obey) are escaped.
    private mutating func append(text: String) {
        bytes.append(UInt8(ascii: "\""))
        var count = 0
        for scalar in text.unicodeScalars {
            count += 1
            if count > Self.longestText {
                bytes.append(contentsOf: "…".utf8)
                break
            }
            switch scalar.value {
            case 0x22: bytes.append(contentsOf: "\\\"".utf8)
            case 0x5c: bytes.append(contentsOf: "\\\\".utf8)
            case 0x0a: bytes.append(contentsOf: "\\n".utf8)
            case 0x0d: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029:
                let hex = String(scalar.value, radix: 16)
                bytes.append(contentsOf: "\\u".utf8)
                bytes.append(contentsOf: String(repeating: "0", count: 4 - hex.utf8.count).utf8)
                bytes.append(contentsOf: hex.utf8)
            default: bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// `2026-01-02T03:04:05.678Z` (RFC 3339, UTC, milliseconds).
    private mutating func appendTime(_ time: timespec) {
        let day = (time.tv_sec - (time.tv_sec < 0 ? 86_399 : 0)) / 86_400
        let second = time.tv_sec - day * 86_400
        // Proleptic Gregorian date of a day number, counted in years that begin in March.
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153
        let month = march < 10 ? march + 3 : march - 9
        appendDigits(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4, then: "-")
        appendDigits(month, 2, then: "-")
        appendDigits(dayOfYear - (153 * march + 2) / 5 + 1, 2, then: "T")
        appendDigits(second / 3600, 2, then: ":")
        appendDigits(second / 60 % 60, 2, then: ":")
        appendDigits(second % 60, 2, then: ".")
        appendDigits(time.tv_nsec / 1_000_000, 3, then: "Z")
    }

    private mutating func appendDigits(_ number: Int, _ width: Int, then mark: Unicode.Scalar) {
        var divisor = width == 4 ? 1000 : width == 3 ? 100 : 10
        while divisor > 0 {
            bytes.append(UInt8(0x30 + number / divisor % 10))
            divisor /= 10
        }
        bytes.append(UInt8(ascii: mark))
    }
}
