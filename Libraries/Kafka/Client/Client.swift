import CLibrdkafka
import EventLoop

/// A client handle of the library. Its queues and topics go first, then the handle itself, off the loop since that joins threads.
@Loop final class Client {
    let handle: OpaquePointer
    let name: String
    private var borrowers = 0
    private var isDestroyed = false
    private var returned = Promise<Void>()

    init(
        _ kind: rd_kafka_type_t, _ options: KafkaOptions, settings: KeyValuePairs<String, String>, events: Int32
    ) throws(KafkaError) {
        let configuration = Configuration()
        try configuration.set("bootstrap.servers", options.bootstrap)
        try configuration.set("client.id", options.clientID)
        try configuration.set("log.queue", "true")
        try configuration.set("statistics.interval.ms", "5000")
        try configuration.set("socket.nagle.disable", "true")
        try configuration.set("socket.keepalive.enable", "true")
        // A broker that comes back is found within seconds, not after the ten that are usual.
        try configuration.set("reconnect.backoff.max.ms", "2000")
        for (name, value) in settings { try configuration.set(name, value) }
        for (name, value) in options.properties.sorted(by: { $0.key < $1.key }) { try configuration.set(name, value) }
        configuration.enableEvents(events | RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_LOG | RD_KAFKA_EVENT_STATS)
        handle = try configuration.makeClient(kind)
        name = options.clientID
        rd_kafka_set_log_queue(handle, nil)
    }

    /// Why this client is of no more use, if it is.
    var fatalError: KafkaError? {
        var code = RD_KAFKA_RESP_ERR_NO_ERROR
        let text = withTextBuffer {
            code = rd_kafka_fatal_error(handle, $0, $1)
            return code != RD_KAFKA_RESP_ERR_NO_ERROR
        }
        return text.map { KafkaError(code: KafkaError.Code(code), reason: $0, isFatal: true) }
    }

    /// Makes one of the library's blocking calls off the loop; the client outlives it.
    func offload<T: Sendable>(_ call: @escaping @Sendable (OpaquePointer) throws -> T) async throws -> T {
        guard !isDestroyed else { throw KafkaError.closed(name) }
        let address = UInt(bitPattern: handle)
        borrowers += 1
        defer { giveBack() }
        return try await Loop.offload {
            guard let handle = OpaquePointer(bitPattern: address) else { throw KafkaError(code: .closed, reason: "no client") }
            return try call(handle)
        }
    }

    private func giveBack() {
        borrowers -= 1
        guard borrowers == 0 else { return }
        returned.succeed(())
        returned = Promise()
    }

    /// Waits for calls in flight, then ends the client; every queue must be closed by then.
    ///
    /// With its brokers away the library may take longer than anybody waits: after `patience` it ends by itself.
    func destroy(patience: Duration = .seconds(1)) async {
        guard !isDestroyed else { return }
        isDestroyed = true
        while borrowers > 0 { await Uncancelled.value(of: returned) }
        let address = UInt(bitPattern: handle)
        let ended = Promise<Void>()
        Task.detached {
            Self.destroy(address)
            Loop.spawn { ended.succeed(()) }
        }
        _ = await Uncancelled.value(of: ended, until: ContinuousClock.now + patience)
    }

    isolated deinit {
        guard !isDestroyed else { return }
        let address = UInt(bitPattern: handle)
        Task.detached { Self.destroy(address) }
    }

    private nonisolated static func destroy(_ address: UInt) {
        guard let handle = OpaquePointer(bitPattern: address) else { return }
        rd_kafka_destroy_flags(handle, Int32(bitPattern: UInt32(RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE)))
    }
}
