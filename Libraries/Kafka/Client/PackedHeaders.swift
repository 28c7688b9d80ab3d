/// The headers of a record in one piece of memory: for each the lengths of its name and value, then both.
package struct PackedHeaders: Sendable, Hashable {
    private var bytes: [UInt8] = []

    fileprivate static let lengths = 2 * MemoryLayout<UInt32>.size

    package init() {}

    package init(_ headers: [KafkaHeader]) {
        reserve(headers.reduce(0) { $0 + Self.lengths + $1.name.utf8.count + $1.value.count })
        for header in headers { bytes.appendHeader(header) }
    }

    var size: Int { bytes.count }

    package var all: [KafkaHeader] {
        var headers: [KafkaHeader] = []
        forEach { name, value in headers.append(KafkaHeader(String(decoding: name, as: UTF8.self), Array(value))) }
        return headers
    }

    package mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    package mutating func append(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) { bytes.appendHeader(name, value) }

    func forEach(_ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) { bytes.withUnsafeBytes { Self.forEach(in: $0, body) } }

    /// Shows the headers that `packed` holds.
    static func forEach(in packed: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Void) {
        var place = 0
        func next(_ count: UInt32) -> UnsafeRawBufferPointer {
            defer { place += Int(count) }
            return UnsafeRawBufferPointer(rebasing: packed[place..<place + Int(count)])
        }
        while place < packed.count {
            let (name, value) = packed.loadUnaligned(fromByteOffset: place, as: (UInt32, UInt32).self)
            place += lengths
            let first = next(name)
            body(first, next(value))
        }
    }
}

extension [UInt8] {
    /// Packs one more header.
    mutating func appendHeader(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        Swift.withUnsafeBytes(of: (UInt32(truncatingIfNeeded: name.count), UInt32(truncatingIfNeeded: value.count))) { append(copying: $0) }
        append(copying: name)
        append(copying: value)
    }

    /// Raw memory would be taken over byte by byte.
    mutating func append(copying memory: UnsafeRawBufferPointer) {
        memory.withMemoryRebound(to: UInt8.self) { append(contentsOf: $0) }
    }

    mutating func appendHeader(_ header: KafkaHeader) {
        var name = header.name
        name.withUTF8 { name in header.value.withUnsafeBytes { appendHeader(UnsafeRawBufferPointer(name), $0) } }
    }
}
