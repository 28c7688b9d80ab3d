import CLibrdkafka
import EventLoop

/// One reading of a topic: which partitions have still to reach their end.
@Loop final class ReadingPass {
    let done = Promise<Void>()
    private var ends: [Int32: Int64]
    private let topic: String
    private let patience: Duration
    private let body: @Loop (ConsumedRecord) -> Void
    private var patienceEnds: LoopTimer?
    private var count = 0

    /// - Parameter ends: where each partition that has something to read ends.
    init(_ topic: String, ends: [Int32: Int64], patience: Duration, _ body: @escaping @Loop (ConsumedRecord) -> Void) {
        self.topic = topic
        self.ends = ends
        self.patience = patience
        self.body = body
        if ends.isEmpty { done.succeed(()) } else { wait(with: 0) }
    }

    func handle(_ event: borrowing Event) {
        guard !done.isResolved else { return }
        switch event.kind {
        case RD_KAFKA_EVENT_FETCH:
            while let message = rd_kafka_event_message_next(event.pointer) { receive(message) }
        case RD_KAFKA_EVENT_ERROR:
            guard let place = rd_kafka_event_topic_partition(event.pointer) else { return }
            defer { rd_kafka_topic_partition_destroy(place) }
            // A partition can end before its watermark: markers of transactions and compacted records are not handed out.
            if event.code == RD_KAFKA_RESP_ERR__PARTITION_EOF { return finish(place.pointee.partition) }
            if let error = event.error("reading \(topic)/\(place.pointee.partition)") { done.fail(error) }
        default: break
        }
    }

    func end() { patienceEnds?.cancel() }

    private func receive(_ message: UnsafePointer<rd_kafka_message_t>) {
        let (partition, offset) = (message.pointee.partition, message.pointee.offset)
        guard let end = ends[partition] else { return }
        count += 1
        if offset < end { body(ConsumedRecord(copying: message, topic: topic)) }
        if offset + 1 >= end { finish(partition) }
    }

    private func finish(_ partition: Int32) {
        ends[partition] = nil
        if ends.isEmpty { done.succeed(()) }
    }

    private func wait(with seen: Int) {
        patienceEnds = Loop.timer(after: patience) { [weak self] in
            guard let self else { return }
            guard count == seen else { return wait(with: count) }
            done.fail(KafkaError(code: .timedOut, reason: "reading \(topic): no record came for \(patience)"))
        }
    }
}
