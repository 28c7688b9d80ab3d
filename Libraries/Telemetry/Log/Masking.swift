/// Keeps personal numbers and secrets out of log lines, whatever a caller put into a field.
enum Masking {
    /// Parts of field names whose value is never written.
    private static let secretNames = [
        "secret", "password", "passwd", "passphrase", "token", "authorization", "cookie", "credential", "private_key",
        "privatekey", "api_key", "apikey",
    ]

    static func isSecret(_ name: String) -> Bool {
        let lowered = name.lowercased().replacing("-", with: "_")
        return secretNames.contains { lowered.contains($0) }
    }

    /// The text with every run of exactly twelve digits (an IIN or a BIN) cut to its last four, and passwords in URLs hidden.
    static func masked(_ text: String) -> String {
        var bytes = Array(text.utf8)
        let changed = maskNumbers(&bytes)
        let hidden = hidePasswords(&bytes)
        return changed || hidden ? String(decoding: bytes, as: UTF8.self) : text
    }

    private static func maskNumbers(_ bytes: inout [UInt8]) -> Bool {
        var changed = false
        var index = 0
        while index < bytes.count {
            guard isDigit(bytes[index]) else {
                index += 1
                continue
            }
            let start = index
            while index < bytes.count, isDigit(bytes[index]) { index += 1 }
            if index - start == 12, !endsUUID(bytes, start, index) {
                for position in start..<start + 8 { bytes[position] = UInt8(ascii: "*") }
                changed = true
            }
        }
        return changed
    }

    /// Whether the digits are the last group of a UUID, which stays readable: an id that cannot be searched for is of no use.
    private static func endsUUID(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        let first = start - 24
        guard first >= 0, first == 0 || !isHex(bytes[first - 1]), end == bytes.count || !isHex(bytes[end]) else { return false }
        return (0..<24).allSatisfy { offset in
            [8, 13, 18, 23].contains(offset) ? bytes[first + offset] == UInt8(ascii: "-") : isHex(bytes[first + offset])
        }
    }

    /// `scheme://user:password@host` becomes `scheme://user:***@host`.
    private static func hidePasswords(_ bytes: inout [UInt8]) -> Bool {
        guard bytes.contains(UInt8(ascii: "@")) else { return false }
        var changed = false
        var index = 0
        while index + 3 <= bytes.count {
            guard bytes[index..<index + 3].elementsEqual("://".utf8) else {
                index += 1
                continue
            }
            index += 3
            let end = bytes[index...].firstIndex { [0x20, 0x2f, 0x3f, 0x23, 0x22, 0x27].contains($0) } ?? bytes.count
            guard let at = bytes[index..<end].lastIndex(of: UInt8(ascii: "@")),
                let colon = bytes[index..<at].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            bytes.replaceSubrange(colon + 1..<at, with: "***".utf8)
            changed = true
        }
        return changed
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    private static func isHex(_ byte: UInt8) -> Bool {
        isDigit(byte) || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "f"))
    }
}
