import CLibrdkafka

/// Gives one record to the library, which copies it.
///
/// - Returns: nil, or the error object, to be freed by the caller.
func enqueue(_ record: KafkaRecord, to handle: OpaquePointer, topic: OpaquePointer, opaque: UInt) -> OpaquePointer? {
    let headers = record.packedHeaders.size == 0 ? nil : rd_kafka_headers_new(8)
    record.packedHeaders.forEach { name, value in
        _ = rd_kafka_header_add(headers, name.baseAddress, name.count, value.baseAddress ?? emptyValue(headers), value.count)
    }
    let failure = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { fields -> OpaquePointer? in
        var count = 0
        func add(_ type: rd_kafka_vtype_t, _ set: (inout rd_kafka_vu_t) -> Void) {
            var field = rd_kafka_vu_t()
            field.vtype = type
            set(&field)
            fields.initializeElement(at: count, to: field)
            count += 1
        }
        add(RD_KAFKA_VTYPE_RKT) { $0.u.rkt = topic }
        add(RD_KAFKA_VTYPE_MSGFLAGS) { $0.u.i = RD_KAFKA_MSG_F_COPY }
        add(RD_KAFKA_VTYPE_OPAQUE) { $0.u.ptr = UnsafeMutableRawPointer(bitPattern: opaque) }
        if let partition = record.partition { add(RD_KAFKA_VTYPE_PARTITION) { $0.u.i32 = partition } }
        if let headers { add(RD_KAFKA_VTYPE_HEADERS) { $0.u.headers = headers } }
        return record.key.withPointer { key, keyCount in
            record.value.withPointer { value, valueCount in
                add(RD_KAFKA_VTYPE_KEY) { $0.u.mem.ptr = key; $0.u.mem.size = keyCount }
                add(RD_KAFKA_VTYPE_VALUE) { $0.u.mem.ptr = value; $0.u.mem.size = valueCount }
                return rd_kafka_produceva(handle, fields.baseAddress, count)
            }
        }
    }
    // The library keeps the headers only when it took the record.
    if failure != nil, let headers { rd_kafka_headers_destroy(headers) }
    return failure
}

/// Some address for a value of no bytes: the library takes a null pointer for "none".
private func emptyValue(_ anything: OpaquePointer?) -> UnsafeRawPointer? { anything.map { UnsafeRawPointer($0) } }

extension [UInt8]? {
    /// Null for none; an address of nothing in particular for empty, which is something else.
    fileprivate func withPointer<R>(_ body: (UnsafeMutableRawPointer?, Int) -> R) -> R {
        guard let self else { return body(nil, 0) }
        return self.withUnsafeBytes { bytes in
            var nothing: UInt8 = 0
            return withUnsafeMutableBytes(of: &nothing) { nothing in
                body(bytes.isEmpty ? nothing.baseAddress : UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
            }
        }
    }
}
