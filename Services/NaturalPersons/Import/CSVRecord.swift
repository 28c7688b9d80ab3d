/// The fields of one record of comma-separated values (RFC 4180).
enum CSVRecord {
    /// More fields than any file of ours has.
    private static let mostFields = 64

    enum Fault: Error, Hashable {
        /// A quote stands inside a field that does not begin with one.
        case strayQuote(field: Int)
        /// Something other than a comma follows a closing quote.
        case textAfterQuote(field: Int)
        case openQuote(field: Int)
        case notUTF8(field: Int)
        case tooManyFields
    }

    /// Fields are numbered from 0 in faults.
    static func fields(_ bytes: [UInt8]) throws(Fault) -> [String] {
        var fields: [String] = []
        var at = 0
        while true {
            guard fields.count < mostFields else { throw .tooManyFields }
            let field = fields.count
            if at < bytes.count, bytes[at] == quote {
                fields.append(try text(try quoted(bytes, &at, field)[...], field))
                guard at == bytes.count || bytes[at] == comma else { throw .textAfterQuote(field: field) }
            } else {
                let start = at
                while at < bytes.count, bytes[at] != comma {
                    if bytes[at] == quote { throw .strayQuote(field: field) }
                    at += 1
                }
                fields.append(try text(bytes[start..<at], field))
            }
            if at == bytes.count { return fields }
            at += 1
        }
    }

    private static let quote = UInt8(ascii: "\"")
    private static let comma = UInt8(ascii: ",")

    /// The content of a quoted field, doubled quotes made single; `at` is behind its closing quote afterwards.
    private static func quoted(_ bytes: [UInt8], _ at: inout Int, _ field: Int) throws(Fault) -> [UInt8] {
        var content: [UInt8] = []
        at += 1
        while at < bytes.count {
            if bytes[at] == quote {
                at += 1
                guard at < bytes.count, bytes[at] == quote else { return content }
            }
            content.append(bytes[at])
            at += 1
        }
        throw .openQuote(field: field)
    }

    private static func text(_ bytes: ArraySlice<UInt8>, _ field: Int) throws(Fault) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(field: field) }
        return text
    }
}
