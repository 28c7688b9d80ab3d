/// The headers of a record in one piece of memory: for each the lengths of its name and value, then both.
package struct PackedHeaders: Sendable, Hashable {
    private var bytes: [UInt8] = []

    private static let lengths = 2 * MemoryLayout<UInt32>.size

    package init() {}

    package init(_ headers: [KafkaHeader]) {
        reserve(headers.reduce(0) { $0 + Self.lengths + $1.name.utf8.count + $1.value.count })
        for header in headers {
            var name = header.name
            name.withUTF8 { name in header.value.withUnsafeBytes { append(UnsafeRawBufferPointer(name), $0) } }
        }
    }

    var size: Int { bytes.count }

    package var all: [KafkaHeader] {
        var headers: [KafkaHeader] = []
        forEach { name, value in headers.append(KafkaHeader(String(decoding: name, as: UTF8.self), Array(value))) }
        return headers
    }

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    package mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        withUnsafeBytes(of: (UInt32(truncatingIfNeeded: name.count), UInt32(truncatingIfNeeded: value.count))) { bytes.append(contentsOf: $0) }
        bytes.append(contentsOf: name)
        bytes.append(contentsOf: value)
    }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { all in
            var place = 0
            func next(_ count: UInt32) -> UnsafeRawBufferPointer {
                defer { place += Int(count) }
                return UnsafeRawBufferPointer(rebasing: all[place..<place + Int(count)])
            }
            while place < all.count {
                let (name, value) = all.loadUnaligned(fromByteOffset: place, as: (UInt32, UInt32).self)
                place += Self.lengths
                let first = next(name)
                body(first, next(value))
            }
        }
    }
}
