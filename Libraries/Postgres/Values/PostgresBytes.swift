/// Where values write their binary form, in network byte order.
public struct PostgresBytes: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    public mutating func write(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func write(_ more: some Sequence<UInt8>) {
        bytes.append(contentsOf: more)
    }

    /// Writes a length of four bytes, then what `body` writes, which is what the length counts.
    public mutating func writeCounted(_ body: (inout PostgresBytes) -> Void) {
        let place = bytes.count
        write(Int32(0))
        body(&self)
        let length = Int32(truncatingIfNeeded: bytes.count - place - 4)
        withUnsafeBytes(of: length.bigEndian) { source in
            for (index, byte) in source.enumerated() { bytes[place + index] = byte }
        }
    }

    mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
