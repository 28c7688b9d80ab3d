import CLibrdkafka

/// The library's settings on the way to a client.
struct Configuration: ~Copyable {
    private var pointer: OpaquePointer?

    init() { pointer = rd_kafka_conf_new() }

    deinit { if let pointer { rd_kafka_conf_destroy(pointer) } }

    /// - Throws: ``KafkaError`` naming the setting that is unknown or out of range; a secret's value is left out.
    func set(_ name: String, _ value: String) throws(KafkaError) {
        let text = withTextBuffer { rd_kafka_conf_set(pointer, name, value, $0, $1) != RD_KAFKA_CONF_OK }
        guard let text else { return }
        throw KafkaError(
            code: .invalidArgument,
            reason: KafkaOptions.isSecret(name) ? "the setting \(name) was refused (its value is not shown)" : text)
    }

    func enableEvents(_ events: Int32) { rd_kafka_conf_set_events(pointer, events) }

    /// Makes the client; the settings are then its own.
    consuming func makeClient(_ kind: rd_kafka_type_t) throws(KafkaError) -> OpaquePointer {
        var made: OpaquePointer?
        let text = withTextBuffer {
            made = rd_kafka_new(kind, pointer, $0, $1)
            return made == nil
        }
        guard let made else {
            throw KafkaError(code: .invalidArgument, reason: "no client of Kafka: \(text ?? "")")
        }
        pointer = nil
        return made
    }
}

/// Calls what writes the text of a failure; nil when `failed` returns false.
func withTextBuffer(_ failed: (UnsafeMutablePointer<CChar>, Int) -> Bool) -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { buffer -> String? in
        guard let base = buffer.baseAddress else { return nil }
        base.initialize(repeating: 0, count: buffer.count)
        return failed(base, buffer.count) ? String(cString: base) : nil
    }
}
