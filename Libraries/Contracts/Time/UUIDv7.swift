public import FoundationEssentials
import Synchronization

extension UUID {
    /// A version 7 identifier (RFC 9562 §5.7) that sorts behind all that this process has made before, whatever its clock does:
    /// while that is behind the last one, the microsecond after the last one is taken (RFC 9562 §6.2).
    public static func v7() -> UUID { v7(Timestamp(microseconds: LastMoment.after(Timestamp.now.microseconds))) }

    /// A version 7 identifier of a moment: it sorts by that, to the microsecond, and has 62 bits behind the time that no other id of
    /// this process has and none of another process is likely to have.
    public static func v7(_ at: Timestamp) -> UUID {
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

    /// Reads 8-4-4-4-12 hexadecimal digits of either case. Foundation's own reader goes through `sscanf`.
    public init?(text: String) {
        var text = text
        guard let id = text.withUTF8({ UUID(text: $0) }) else { return nil }
        self = id
    }

    /// The same from its bytes.
    public init?(text: UnsafeBufferPointer<UInt8>) {
        var bytes: uuid_t = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
        guard withUnsafeMutableBytes(of: &bytes, { $0.readUUID(from: text) }) else { return nil }
        self.init(uuid: bytes)
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

extension UnsafeMutableRawBufferPointer {
    /// Fills 16 bytes from 8-4-4-4-12 hexadecimal digits; false when the text is none such.
    fileprivate func readUUID(from text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == 16, text.count == 36 else { return false }
        var place = 0
        for index in 0..<16 {
            if index == 4 || index == 6 || index == 8 || index == 10 {
                guard text[place] == UInt8(ascii: "-") else { return false }
                place += 1
            }
            guard let high = text[place].hexDigit, let low = text[place + 1].hexDigit else { return false }
            self[index] = high << 4 | low
            place += 2
        }
        return true
    }
}

extension UInt8 {
    fileprivate var hexDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

/// The moment of the last id that this process has made, in microseconds since 1970.
enum LastMoment {
    private static let last = Atomic<Int64>(0)

    /// `now`, or the moment after the last one where that is later; it is the last one from then on.
    static func after(_ now: Int64) -> Int64 {
        var known = last.load(ordering: .relaxed)
        while true {
            let next = max(now, known &+ 1)
            let (isDone, found) = last.weakCompareExchange(expected: known, desired: next, ordering: .relaxed)
            if isDone { return next }
            known = found
        }
    }
}
