/// What was read from a topic.
///
/// The records of a batch share one piece of memory. ``key``, ``value`` and ``headers`` are copied out of it each time that they are asked
/// for; ``withKey(_:)``, ``withValue(_:)`` and ``forEachHeader(_:)`` show it as it is.
public struct ConsumedRecord: Sendable {
    public let topic: String
    public let partition: Int32
    public let offset: Int64
    /// Microseconds since 1970 UTC (Kafka keeps milliseconds); nil when the record has none.
    public let timestamp: Int64?
    /// Its batch's.
    private let bytes: [UInt8]
    private let place: RecordPlace

    public init(
        topic: String, partition: Int32, offset: Int64, timestamp: Int64? = nil, key: [UInt8]? = nil, value: [UInt8]?,
        headers: [KafkaHeader] = []
    ) {
        var bytes: [UInt8] = []
        let place = key.withBytes { key in
            value.withBytes { value in bytes.appendRecord(key, value) { for header in headers { $0.appendHeader(header) } } }
        }
        self.init(topic: topic, partition: partition, offset: offset, timestamp: timestamp, bytes, place)
    }

    init(topic: String, partition: Int32, offset: Int64, timestamp: Int64?, _ bytes: [UInt8], _ place: RecordPlace) {
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.timestamp = timestamp
        self.bytes = bytes
        self.place = place
    }

    public var key: [UInt8]? { withKey { $0.map { Array($0) } } }
    public var value: [UInt8]? { withValue { $0.map { Array($0) } } }

    public var headers: [KafkaHeader] {
        var headers: [KafkaHeader] = []
        forEachHeader { name, value in headers.append(KafkaHeader(String(decoding: name, as: UTF8.self), Array(value))) }
        return headers
    }

    /// Shows the key, nil when there is none; the bytes are valid during the call only.
    public func withKey<T>(_ body: (UnsafeRawBufferPointer?) throws -> T) rethrows -> T { try show(place.key, body) }

    /// Shows the value, nil for a tombstone; the bytes are valid during the call only.
    public func withValue<T>(_ body: (UnsafeRawBufferPointer?) throws -> T) rethrows -> T { try show(place.value, body) }

    /// Shows each header's name and value in their order; the bytes are valid during the call only.
    public func forEachHeader(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        bytes.withUnsafeBytes { PackedHeaders.forEach(in: UnsafeRawBufferPointer(rebasing: $0[place.headers]), body) }
    }

    /// Like ``forEachHeader(_:)``, and tells where a value stands, for ``withBytes(at:_:)``.
    package func forEachHeader(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ place: Range<Int>) -> Void) {
        bytes.withUnsafeBytes { all in
            PackedHeaders.forEach(in: UnsafeRawBufferPointer(rebasing: all[place.headers])) { name, value in
                guard let base = all.baseAddress, let start = value.baseAddress.map({ $0 - base }) else { return }
                body(name, value, start..<start + value.count)
            }
        }
    }

    /// Shows what stands at a place that ``forEachHeader(_:)`` told of this record.
    package func withBytes<T>(at place: Range<Int>, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[place])) }
    }

    /// The first header of that name.
    public func header(_ name: String) -> [UInt8]? {
        var found: [UInt8]?
        var name = name
        name.withUTF8 { wanted in
            forEachHeader { name, value in
                if found == nil, name.elementsEqual(wanted) { found = Array(value) }
            }
        }
        return found
    }

    private func show<T>(_ range: Range<Int>?, _ body: (UnsafeRawBufferPointer?) throws -> T) rethrows -> T {
        guard let range else { return try body(nil) }
        return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }
}

/// Where a record's key, value and headers stand, one after another, in the memory of its batch.
struct RecordPlace {
    let start: Int
    /// -1: none, which is something else than empty.
    let keyCount: Int32
    let valueCount: Int32
    let headerCount: Int32

    var key: Range<Int>? { keyCount < 0 ? nil : start..<start + Int(keyCount) }
    var value: Range<Int>? { valueCount < 0 ? nil : afterKey..<afterKey + Int(valueCount) }
    var headers: Range<Int> { afterValue..<afterValue + Int(headerCount) }

    private var afterKey: Int { start + max(0, Int(keyCount)) }
    private var afterValue: Int { afterKey + max(0, Int(valueCount)) }
}

extension [UInt8] {
    /// Copies a record's parts behind those of others.
    mutating func appendRecord(
        _ key: UnsafeRawBufferPointer?, _ value: UnsafeRawBufferPointer?, headers: (inout [UInt8]) -> Void
    ) -> RecordPlace {
        let start = count
        if let key { append(copying: key) }
        if let value { append(copying: value) }
        let afterValue = count
        headers(&self)
        return RecordPlace(
            start: start, keyCount: key.map { Int32($0.count) } ?? -1, valueCount: value.map { Int32($0.count) } ?? -1,
            headerCount: Int32(count - afterValue))
    }
}

extension [UInt8]? {
    /// The bytes during the call; nil for none.
    func withBytes<T>(_ body: (UnsafeRawBufferPointer?) throws -> T) rethrows -> T {
        guard let self else { return try body(nil) }
        return try self.withUnsafeBytes(body)
    }
}
