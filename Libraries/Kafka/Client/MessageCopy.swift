import CLibrdkafka
import Glibc

/// Messages of the library's on their way to becoming records, which share the memory that they are copied to.
struct RecordBatch {
    private let topic: String
    private var bytes: [UInt8] = []
    private var heads: [(partition: Int32, offset: Int64, timestamp: Int64?, place: RecordPlace)] = []

    /// - Parameter size: so many bytes are expected; more are taken.
    init(topic: String, records: Int, size: Int) {
        self.topic = topic
        heads.reserveCapacity(records)
        bytes.reserveCapacity(size)
    }

    var count: Int { heads.count }
    var size: Int { bytes.count }

    var records: [ConsumedRecord] {
        heads.map {
            ConsumedRecord(topic: topic, partition: $0.partition, offset: $0.offset, timestamp: $0.timestamp, bytes, $0.place)
        }
    }

    /// Copies a message.
    mutating func append(_ message: UnsafePointer<rd_kafka_message_t>) {
        let place = bytes.appendRecord(
            part(message.pointee.key, message.pointee.key_len), part(message.pointee.payload, message.pointee.len)
        ) { $0.appendHeaders(of: message) }
        var kind = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE
        let milliseconds = rd_kafka_message_timestamp(message, &kind)
        let isTimed = kind != RD_KAFKA_TIMESTAMP_NOT_AVAILABLE && milliseconds >= 0
        heads.append((message.pointee.partition, message.pointee.offset, isTimed ? milliseconds * 1000 : nil, place))
    }
}

extension ConsumedRecord {
    /// Copies a message of the library's.
    init(copying message: UnsafePointer<rd_kafka_message_t>, topic: String) {
        var batch = RecordBatch(topic: topic, records: 1, size: message.pointee.key_len + message.pointee.len)
        batch.append(message)
        self = batch.records[0]
    }
}

/// Nil for none, which is something else than empty.
private func part(_ start: UnsafeRawPointer?, _ count: Int) -> UnsafeRawBufferPointer? {
    start.map { UnsafeRawBufferPointer(start: $0, count: count) }
}

extension [UInt8] {
    fileprivate mutating func appendHeaders(of message: UnsafePointer<rd_kafka_message_t>) {
        var list: OpaquePointer?
        guard rd_kafka_message_headers(message, &list) == RD_KAFKA_RESP_ERR_NO_ERROR, let list else { return }
        var index = 0
        var name: UnsafePointer<CChar>?
        var value: UnsafeRawPointer?
        var size = 0
        while rd_kafka_header_get_all(list, index, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR {
            index += 1
            guard let name else { continue }
            appendHeader(UnsafeRawBufferPointer(start: name, count: strlen(name)), UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : size))
        }
    }
}
