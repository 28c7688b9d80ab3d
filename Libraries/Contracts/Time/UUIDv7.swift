public import FoundationEssentials

extension UUID {
    /// A version 7 identifier (RFC 9562 §5.7): it sorts by the time of its making, to the microsecond, and has 62
    /// bits behind the time that no other id of this process has and none of another process is likely to have.
    public static func v7(_ at: Timestamp = .now) -> UUID {
        let (milliseconds, micros) = at.microseconds.floored(by: 1000)
        let ms = UInt64(bitPattern: milliseconds)
        let fraction = UInt16(micros * 4096 / 1000)
        let random = UniqueBits.next()
        func byte(_ value: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: value >> shift) }
        return UUID(uuid: (
            byte(ms, 40), byte(ms, 32), byte(ms, 24), byte(ms, 16), byte(ms, 8), byte(ms, 0),
            0x70 | UInt8(fraction >> 8), UInt8(truncatingIfNeeded: fraction),
            0x80 | (byte(random, 56) & 0x3F), byte(random, 48), byte(random, 40), byte(random, 32),
            byte(random, 24), byte(random, 16), byte(random, 8), byte(random, 0)
        ))
    }

    /// The form in which ids are written everywhere here: lower case, as RFC 9562 asks.
    public var text: String {
        String(unsafeUninitializedCapacity: 36) { text in
            withUnsafeBytes(of: uuid) { bytes in
                var place = 0
                for (index, byte) in bytes.enumerated() {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        text[place] = UInt8(ascii: "-")
                        place += 1
                    }
                    text[place] = hexDigit(byte >> 4)
                    text[place + 1] = hexDigit(byte & 15)
                    place += 2
                }
                return place
            }
        }
    }
}

private func hexDigit(_ digit: UInt8) -> UInt8 { digit < 10 ? 0x30 + digit : 0x57 + digit }
