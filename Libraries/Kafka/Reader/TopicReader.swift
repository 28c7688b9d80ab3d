import CLibrdkafka
public import EventLoop

/// Reads a topic from its beginning to its present end, outside any group: for tools and tests.
@Loop public final class TopicReader {
    private let client: Client
    private let timeout: Duration
    private var main: EventQueue?

    /// - Parameter timeout: for asking the brokers, and for the longest time without any record while there are some to come.
    /// - Throws: ``KafkaError`` when a setting is unknown or out of range.
    public init(_ options: KafkaOptions, timeout: Duration = .seconds(30)) throws(KafkaError) {
        self.timeout = timeout
        client = try Client(RD_KAFKA_CONSUMER, options, settings: [
            "enable.partition.eof": "true", "auto.offset.reset": "error", "fetch.wait.max.ms": "10",
            "queued.max.messages.kbytes": "8192", "enable.auto.commit": "false", "enable.auto.offset.store": "false",
        ], events: RD_KAFKA_EVENT_FETCH)
        let client = client
        main = try EventQueue(rd_kafka_queue_get_main(client.handle), of: client) { [weak client] in _ = client?.notice($0) }
    }

    /// Ends the client.
    public func close() async {
        main?.close()
        main = nil
        await client.destroy()
    }

    /// All records of a topic, by partition and offset. For what fits in memory; ``read(_:from:_:)`` for what does not.
    public func records(of topic: String) async throws(KafkaError) -> [ConsumedRecord] {
        let found = Found()
        try await read(topic) { found.records.append($0) }
        return found.records.sorted { ($0.partition, $0.offset) < ($1.partition, $1.offset) }
    }

    /// Gives `body` every record that the topic holds at the time of the call, each partition in order.
    ///
    /// - Parameter start: the offset to start at in each partition; the beginning where it has none or an earlier one.
    /// - Throws: ``KafkaError``: ``KafkaError/Code/unknownTopic``, or no answer in time.
    public func read(
        _ topic: String, from start: [Int32: Int64] = [:], _ body: @escaping @Loop (ConsumedRecord) -> Void
    ) async throws(KafkaError) {
        let marks = try await watermarks(of: topic)
        var stretches: [Int32: Range<Int64>] = [:]
        for (partition, held) in marks { stretches[partition] = min(max(start[partition] ?? 0, held.low), held.high)..<held.high }
        try await read(topic, stretches, body)
    }

    /// Gives `body` the records of some stretches, one of each partition that is named; what is not held any more, or not yet, is left out.
    public func read(
        _ topic: String, within stretches: [Int32: Range<Int64>], _ body: @escaping @Loop (ConsumedRecord) -> Void
    ) async throws(KafkaError) {
        let marks = try await watermarks(of: topic)
        var held: [Int32: Range<Int64>] = [:]
        for (partition, stretch) in stretches {
            if let marks = marks[partition] { held[partition] = stretch.clamped(to: marks.low..<marks.high) }
        }
        try await read(topic, held, body)
    }

    private func read(
        _ topic: String, _ stretches: [Int32: Range<Int64>], _ body: @escaping @Loop (ConsumedRecord) -> Void
    ) async throws(KafkaError) {
        let starts = stretches.filter { !$0.value.isEmpty }.map { (partition: $0.key, offset: $0.value.lowerBound, end: $0.value.upperBound) }
        let pass = ReadingPass(topic, ends: Dictionary(starts.map { ($0.partition, $0.end) }) { $1 }, patience: timeout, body)
        defer { pass.end() }
        guard let handle = rd_kafka_topic_new(client.handle, topic, nil) else { throw KafkaError(rd_kafka_last_error(), topic) }
        let queue = try EventQueue(rd_kafka_queue_new(client.handle), of: client) { pass.handle($0) }
        for start in starts where rd_kafka_consume_start_queue(handle, start.partition, start.offset, queue.pointer) != 0 {
            pass.done.fail(KafkaError(rd_kafka_last_error(), "reading \(topic)/\(start.partition)"))
        }
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await pass.done.value()) } catch { outcome = .failure(error) }
        queue.close()
        await stop(starts.map(\.partition), of: handle)
        do { try outcome.get() } catch let error as KafkaError { throw error } catch { throw .cancelled("reading \(topic)") }
    }

    private func watermarks(of topic: String) async throws(KafkaError) -> [Int32: Watermarks] {
        let milliseconds = timeout.wholeMilliseconds
        do {
            return try await client.offload { handle in
                guard let description = try describe(topic, handle, milliseconds) else {
                    throw KafkaError(code: .unknownTopic, reason: "there is no topic \(topic)")
                }
                var found: [Int32: Watermarks] = [:]
                for partition in description.partitions {
                    let id = TopicPartition(topic, partition.number)
                    found[partition.number] = try queryWatermarks(of: id, handle, milliseconds)
                }
                return found
            }
        } catch let error as KafkaError { throw error } catch { throw .cancelled("reading \(topic)") }
    }

    /// The library waits for its own thread here, so this leaves the loop. It gives the topic's handle back too.
    private func stop(_ partitions: [Int32], of topic: OpaquePointer) async {
        let address = UInt(bitPattern: topic)
        await Uncancelled.run {
            guard let topic = OpaquePointer(bitPattern: address) else { return }
            for partition in partitions { rd_kafka_consume_stop(topic, partition) }
            rd_kafka_topic_destroy(topic)
        }
    }
}

@Loop private final class Found { var records: [ConsumedRecord] = [] }
