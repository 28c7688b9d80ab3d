import CLibrdkafka
public import EventLoop
import Telemetry

/// Sends records, each acknowledged by all replicas in sync, without doubles and in order per partition (idempotent, `acks=all`).
///
/// No record expires by itself: with the broker away ``send(_:)`` waits until it is back, or until the task is cancelled.
@Loop public final class Producer {
    private let client: Client
    private var queue: EventQueue?
    private var topics: [String: OpaquePointer] = [:]
    /// The last one used: records come by topic.
    private var lastTopic: (name: String, handle: OpaquePointer)?
    private var batches: [UInt: SendBatch] = [:]
    /// Batches not handed over whole, oldest first: the library's queue was full.
    private var waiting: [SendBatch] = []
    private var lastID: UInt = 0
    private var failure: KafkaError?
    private var isClosing = false
    private let closed = Promise<Void>()
    private var idle: Promise<Void>?

    /// - Parameter linger: how long the library waits for more records before it sends, 0 to 900 s; whole milliseconds.
    /// - Throws: ``KafkaError`` when a setting is unknown or out of range. Whether brokers can be reached shows later.
    public init(_ options: KafkaOptions, linger: Duration = .milliseconds(1)) throws(KafkaError) {
        client = try Client(RD_KAFKA_PRODUCER, options, settings: [
            // Gapless: when the broker refuses records for good, later ones of the partition must not overtake them; the error is fatal then.
            "enable.idempotence": "true", "enable.gapless.guarantee": "true", "acks": "all", "message.timeout.ms": "0", "compression.type": "lz4",
            "linger.ms": "\(linger.components.seconds * 1000 + linger.components.attoseconds / 1_000_000_000_000_000)",
            "queue.buffering.max.messages": "200000", "queue.buffering.max.kbytes": "65536", "partitioner": "murmur2_random",
        ], events: RD_KAFKA_EVENT_DR)
        queue = try EventQueue(rd_kafka_queue_get_main(client.handle), of: client) { [weak self] in
            self?.handle($0)
        } drained: { [weak self] in
            self?.handOver()
        }
    }

    /// Whether a fatal error has ended this producer's use: close it and make another, which sends again what was not acknowledged.
    public var isFatal: Bool { failure != nil }

    /// Records given to the library, or waiting for room there, and not yet acknowledged.
    public var unacknowledgedBatches: Int { batches.count }

    /// Sends `records` in their order and returns when all are acknowledged.
    ///
    /// Records of calls made one after another keep that order within a partition, also while earlier ones wait.
    /// - Throws: ``KafkaError``. With ``KafkaError/failedIndices`` those records were refused before they were sent (too large, no such
    ///   topic) or stood behind such a one of their key, and the rest of the batch is acknowledged. With ``KafkaError/isFatal`` nothing is
    ///   known of the batch, and this producer is of no more use: what the broker itself refuses ends it too, so that nothing overtakes a refused record. A
    ///   cancelled task gets ``KafkaError/isCancellation`` at once, but what it gave to the library **may still be sent**.
    public func send(_ records: [KafkaRecord]) async throws(KafkaError) { try await dispatch(records).acknowledged() }

    /// Like ``send(_:)``, but returns as soon as the records are on their way, or wait for room; what is returned tells the rest.
    ///
    /// - Parameter atOnce: whether nobody comes whom it were worth to linger for.
    public func dispatch(_ records: [KafkaRecord], atOnce: Bool = false) throws(KafkaError) -> Dispatch {
        if let failure { throw failure }
        guard !isClosing else { throw .closed("the producer") }
        guard records.count <= SendBatch.largest else {
            throw KafkaError(code: .invalidArgument, reason: "at most \(SendBatch.largest) records in one batch, not \(records.count)")
        }
        lastID += 1
        let batch = SendBatch(id: lastID, records)
        guard !records.isEmpty else {
            batch.outcome.succeed(())
            return Dispatch(self, batch, count: records.count)
        }
        batches[batch.id] = batch
        waiting.append(batch)
        handOver()
        if atOnce { hurry() }
        return Dispatch(self, batch, count: records.count)
    }

    /// Waits up to `limit` for what was sent, gives up the rest (its waiters get an error), and ends the client.
    public func close(within limit: Duration = .seconds(5)) async {
        guard !isClosing else { return await Uncancelled.value(of: closed) }
        isClosing = true
        if !batches.isEmpty {
            let idle = Promise<Void>()
            self.idle = idle
            _ = await Uncancelled.value(of: idle, until: ContinuousClock.now + limit)
        }
        rd_kafka_purge(client.handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING)
        fail(with: KafkaError(code: .purged, reason: "the producer was closed before this was acknowledged; it may have been sent"))
        queue?.close()
        queue = nil
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
        topics = [:]
        lastTopic = nil
        await client.destroy()
        closed.succeed(())
    }

    isolated deinit {
        guard !isClosing else { return }
        fail(with: .closed("the producer"))
        queue?.close()
        for topic in topics.values { rd_kafka_topic_destroy(topic) }
    }

    /// Provokes a fatal error, for tests of what follows one.
    public func simulateFatalError() {
        rd_kafka_test_fatal_error(client.handle, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "simulated")
    }

    /// Gives waiting records to the library as far as it has room; a full queue is tried again after the next delivery report.
    private func handOver() {
        while failure == nil, let batch = waiting.first {
            while let record = batch.upcoming {
                let index = batch.next
                guard let refusal = batch.refusal(before: record) ?? enqueue(record, as: batch.opaque(of: index)) else {
                    batch.advance()
                    continue
                }
                if refusal.code == .queueFull { return }
                if refusal.isFatal || client.fatalError != nil { return fail(fatally: client.fatalError ?? refusal) }
                batch.refuse(record, refusal)
            }
            waiting.removeFirst()
            if batch.isAnswered { forget(batch) }
        }
    }

    /// The library does not linger while somebody waits in its `flush`; its threads see that within the time given here.
    private func hurry() {
        Loop.spawn { [client] in _ = try? await client.offload { rd_kafka_flush($0, 10) } }
    }

    private func enqueue(_ record: KafkaRecord, as opaque: UInt) -> KafkaError? {
        guard let topic = topic(record.topic) else { return KafkaError(rd_kafka_last_error(), "the topic \(record.topic)") }
        return Kafka.enqueue(record, to: client.handle, topic: topic, opaque: opaque).map {
            KafkaError(taking: $0, "a record for \(record.topic)")
        }
    }

    private func topic(_ name: String) -> OpaquePointer? {
        if let lastTopic, lastTopic.name == name { return lastTopic.handle }
        guard let topic = topics[name] ?? rd_kafka_topic_new(client.handle, name, nil) else { return nil }
        topics[name] = topic
        lastTopic = (name, topic)
        return topic
    }

    private func handle(_ event: consuming Event) {
        switch event.kind {
        case RD_KAFKA_EVENT_DR:
            while let message = rd_kafka_event_message_next(event.pointer) { report(message) }
        case RD_KAFKA_EVENT_ERROR where client.fatalError != nil:
            if let fatal = client.fatalError { fail(fatally: fatal) }
        default:
            _ = client.notice(event)
        }
    }

    private func report(_ message: UnsafePointer<rd_kafka_message_t>) {
        let opaque = UInt(bitPattern: message.pointee._private)
        guard let batch = batches[opaque >> SendBatch.indexBits] else { return }
        let code = message.pointee.err
        if code != RD_KAFKA_RESP_ERR_NO_ERROR, let fatal = client.fatalError { return fail(fatally: fatal) }
        let error = code == RD_KAFKA_RESP_ERR_NO_ERROR ? nil : KafkaError(code, "a record was not accepted")
        if error == nil { batch.land(message.pointee.offset, message.pointee.rkt, message.pointee.partition) }
        batch.answer(Int(opaque & UInt(SendBatch.largest - 1)), error)
        if batch.isAnswered { forget(batch) }
    }

    fileprivate func abandon(_ batch: SendBatch) {
        waiting.removeAll { $0 === batch }
        batch.abandonRest()
        if batch.isAnswered { forget(batch) }
    }

    private func forget(_ batch: SendBatch) {
        batches[batch.id] = nil
        if batches.isEmpty { idle?.succeed(()) }
    }

    private func fail(fatally error: KafkaError) {
        guard failure == nil else { return }
        failure = error
        Log.error("A Kafka producer has failed for good", ["client": .string(client.name), "error": .error(error)])
        fail(with: error)
    }

    private func fail(with error: KafkaError) {
        let left = batches.values
        batches = [:]
        waiting = []
        for batch in left { batch.outcome.fail(error) }
        idle?.succeed(())
    }
}

/// Records on their way.
@Loop public final class Dispatch {
    private let producer: Producer
    private let batch: SendBatch
    private let count: Int

    fileprivate init(_ producer: Producer, _ batch: SendBatch, count: Int) {
        self.producer = producer
        self.batch = batch
        self.count = count
    }

    /// The first and the last offset of the records that have been acknowledged, by partition.
    ///
    /// Of a record that the broker had received before, it may not say where it lies.
    public var landed: [TopicPartition: ClosedRange<Int64>] {
        Dictionary(batch.landed.map { (TopicPartition($0.name, $0.partition), $0.offsets) }) { first, _ in first }
    }

    /// Waits until all are acknowledged; throws as ``Producer/send(_:)`` does.
    public func acknowledged() async throws(KafkaError) {
        do {
            try await batch.outcome.value()
        } catch let error as KafkaError {
            throw error
        } catch {
            producer.abandon(batch)
            throw .cancelled("sending \(count) records")
        }
    }
}
