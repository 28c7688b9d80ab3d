/// Base64 with the URL alphabet and no padding (RFC 4648 §5, as RFC 7515 §2 wants it).
///
/// Strict: one text for one sequence of bytes. Padding, white space, the other alphabet and non-zero trailing bits are refused,
/// so that a token cannot be written in two ways.
public enum Base64URL {
    /// The text of `bytes`.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        String(decoding: encodedBytes(bytes), as: UTF8.self)
    }

    /// The bytes that `text` stands for; nil where it is not canonical base64url.
    public static func decode(_ text: String) -> [UInt8]? {
        decode(Array(text.utf8)[...])
    }

    static func encodedBytes(_ bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable(encodedBytes) ?? Array(bytes).withUnsafeBufferPointer(encodedBytes)
    }

    private static func encodedBytes(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: (bytes.count * 4 + 2) / 3) { text, count in
            /// The characters of up to three bytes; one more character than bytes.
            func write(_ held: UInt32, characters: Int) {
                for place in 0..<characters { text[count + place] = alphabet.utf8Start[Int(held >> UInt32(18 - 6 * place) & 0x3f)] }
                count += characters
            }
            var place = 0
            while place + 3 <= bytes.count {
                write(UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]), characters: 4)
                place += 3
            }
            switch bytes.count - place {
            case 1: write(UInt32(bytes[place]) << 16, characters: 2)
            case 2: write(UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8, characters: 3)
            default: break
            }
        }
    }

    static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        var isCanonical = false
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { bytes, count in
            isCanonical = text.withUnsafeBufferPointer { text in values.withUnsafeBufferPointer { write(text, $0, to: bytes, &count) } }
        }
        return isCanonical ? bytes : nil
    }

    /// Four characters at a time; false where one is none of the alphabet, or bits are left that no byte has.
    private static func write(
        _ text: UnsafeBufferPointer<UInt8>, _ values: UnsafeBufferPointer<UInt8>, to bytes: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
    ) -> Bool {
        var place = 0
        /// The bits of the next characters, and whether all are of the alphabet.
        func take(_ characters: Int) -> (bits: UInt32, isValid: Bool) {
            var bits: UInt32 = 0
            var all: UInt8 = 0
            for offset in 0..<characters {
                let value = values[Int(text[place + offset])]
                all |= value
                bits = bits << 6 | UInt32(value)
            }
            place += characters
            return (bits, all < 64)
        }
        while place + 4 <= text.count {
            let (bits, isValid) = take(4)
            guard isValid else { return false }
            bytes[count] = UInt8(truncatingIfNeeded: bits >> 16)
            bytes[count + 1] = UInt8(truncatingIfNeeded: bits >> 8)
            bytes[count + 2] = UInt8(truncatingIfNeeded: bits)
            count += 3
        }
        let characters = text.count - place
        guard characters > 0 else { return true }
        let (bits, isValid) = take(characters)
        let spare = UInt32(characters * 6 % 8)
        guard isValid, bits & (1 << spare - 1) == 0 else { return false }
        for byte in 0..<characters - 1 {
            bytes[count] = UInt8(truncatingIfNeeded: bits >> (spare + UInt32(8 * (characters - 2 - byte))))
            count += 1
        }
        return true
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for value in 0..<64 { values[Int(alphabet.utf8Start[value])] = UInt8(value) }
        return values
    }()
}
