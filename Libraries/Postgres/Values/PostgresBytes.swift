/// Where values write their binary form, in network byte order.
public struct PostgresBytes: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func write(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Five at once, which is what stands before an array.
    mutating func write(_ integers: (Int32, Int32, Int32, Int32, Int32)) {
        let (a, b, c, d, e) = integers
        withUnsafeBytes(of: (a.bigEndian, b.bigEndian, c.bigEndian, d.bigEndian, e.bigEndian)) { bytes.append(contentsOf: $0) }
    }

    /// Counts one up where an integer of four bytes was written.
    mutating func increment(at place: Int) {
        let old = bytes.withUnsafeBytes { Int32(bigEndian: $0.loadUnaligned(fromByteOffset: place, as: Int32.self)) }
        overwrite(old &+ 1, at: place)
    }

    private mutating func overwrite(_ integer: Int32, at place: Int) {
        bytes.withUnsafeMutableBytes { $0.storeBytes(of: integer.bigEndian, toByteOffset: place, as: Int32.self) }
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
        overwrite(Int32(truncatingIfNeeded: bytes.count - place - 4), at: place)
    }

    mutating func reserveCapacity(_ count: Int) { bytes.reserveCapacity(count) }

    mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }
}
