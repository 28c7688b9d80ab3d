import CLibrdkafka

/// Something the library reports; freed when its owner is done with it.
struct Event: ~Copyable {
    let pointer: OpaquePointer

    deinit { rd_kafka_event_destroy(pointer) }

    var kind: Int32 { rd_kafka_event_type(pointer) }
    var code: rd_kafka_resp_err_t { rd_kafka_event_error(pointer) }
    var opaque: UInt { UInt(bitPattern: rd_kafka_event_opaque(pointer)) }

    /// What an error event, or the answer to a request, says went wrong; nil when nothing did.
    func error(_ what: String) -> KafkaError? {
        guard code != RD_KAFKA_RESP_ERR_NO_ERROR else { return nil }
        let text = rd_kafka_event_error_string(pointer).map { String(cString: $0) } ?? ""
        return KafkaError(code: KafkaError.Code(code), reason: "\(what): \(text)", isFatal: rd_kafka_event_error_is_fatal(pointer) != 0)
    }
}
