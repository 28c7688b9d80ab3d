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
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count * 3 / 4)
        var held: UInt32 = 0
        var bits = 0
        for character in text {
            let value = values[Int(character)]
            guard value < 64 else { return nil }
            held = held << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
            }
        }
        guard held & (1 << UInt32(bits) - 1) == 0 else { return nil }
        return bytes
    }

    private static let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xff, count: 256)
        for value in 0..<64 { values[Int(alphabet.utf8Start[value])] = UInt8(value) }
        return values
    }()
}
