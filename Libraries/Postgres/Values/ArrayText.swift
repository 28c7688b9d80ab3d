extension [String] {
    /// As PostgreSQL reads an array from text (its manual, 8.15.6): for an array that is itself one element for a row,
    /// `unnest(\(each: fields.arrayText))::text[]`.
    public var arrayText: String {
        var text: [UInt8] = [UInt8(ascii: "{")]
        text.reserveCapacity(reduce(2) { $0 + $1.utf8.count + 4 })
        for (index, element) in enumerated() {
            if index > 0 { text.append(UInt8(ascii: ",")) }
            text.append(UInt8(ascii: "\""))
            for byte in element.utf8 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
                text.append(byte)
            }
            text.append(UInt8(ascii: "\""))
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}
