extension [UInt8] {
    /// Adds a text as JSON writes it. Only what RFC 8259 demands is escaped: quotes, backslashes and control characters.
    mutating func append(json text: String) {
        append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if Self.hasEscapes(utf8) { for byte in utf8 { append(escaped: byte) } } else { append(contentsOf: utf8) }
        }
        append(UInt8(ascii: "\""))
    }

    /// Looks at every byte, whatever it has found: so the compiler takes many at a time.
    private static func hasEscapes(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var found: UInt8 = 0
        for byte in text { found |= byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") ? 1 : 0 }
        return found != 0
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x0A: append(contentsOf: "\\n".utf8)
        case 0x0D: append(contentsOf: "\\r".utf8)
        case 0x09: append(contentsOf: "\\t".utf8)
        case 0..<0x20:
            append(contentsOf: byte < 0x10 ? "\\u000".utf8 : "\\u001".utf8)
            append(byte & 15 < 10 ? 0x30 + byte & 15 : 0x57 + byte & 15)
        default: append(byte)
        }
    }
}
