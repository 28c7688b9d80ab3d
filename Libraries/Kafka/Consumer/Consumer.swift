import CLibrdkafka
public import EventLoop
import Telemetry

/// A member of a consumer group that hands each partition's records to a handler, one batch of a partition at a time.
///
/// The handler's effects come first, the offset is committed afterwards: after a crash or a rebalance records come again, so
/// effects must be idempotent (the inbox). A group without a committed offset starts at the beginning of a partition. An offset that the
/// topic no longer, or not yet, holds stops that partition with an alarm; it never jumps.
@Loop public final class Consumer {
    enum State { case idle, running, stopping, stopped }

    private static let alarms = Metrics.counters(
        "egov_kafka_consumer_alarms_total", "Partitions stopped, slow handlers, fatal errors.", labels: "client")

    let client: Client
    let group: String
    let topics: [String]
    let limits: ConsumerLimits
    private let onBatch: @Loop @Sendable (PartitionBatch) async -> BatchOutcome
    private let onAlarm: @Loop @Sendable (ConsumerAlarm) -> Void

    var state = State.idle
    var held: [TopicPartition: HeldPartition] = [:]
    /// Handlers of lost partitions that have not ended yet.
    var lingering: [TopicPartition: HeldPartition] = [:]
    /// Nothing is handed out while partitions are given back.
    var isReleasing = false
    /// The library waits for the answer to this one; it sends no other before.
    var rebalance: Event?
    var answering: Task<Void, Never>?
    var quiet: Promise<Void>?
    var events: EventQueue?
    var answers: EventQueue?
    var asked: [UInt: Promise<[TopicPartition: Int64]?>] = [:]
    var lastQuestion: UInt = 0
    var committing: [(partition: HeldPartition, offset: Int64)] = []
    var settled: Promise<Void>?
    var stopDeadline: ContinuousClock.Instant?
    /// Why the member is of no more use, if it is.
    public internal(set) var failure: KafkaError?
    let closed = Promise<Void>()
    let stopped = Promise<Void>()
    /// Partitions whose broker is to look again.
    private var toWake: Set<TopicPartition> = []
    private var isWakingFetcher = false
    private var timer: LoopTimer?

    /// Makes the member; it joins its group with ``start()``.
    ///
    /// - Parameters:
    ///   - instanceID: a name that stays the same over restarts of this very instance (static membership), or nil. Two with one name fence each other.
    ///   - onAlarm: what an operator has to look at; it is logged in any case.
    ///   - onBatch: runs as a task of the loop. When its partition is taken away it gets ``ConsumerLimits/revokeGrace`` to end, then it is
    ///     cancelled, and its outcome no longer counts.
    /// - Throws: ``KafkaError`` when a setting is unknown or out of range.
    public init(
        _ options: KafkaOptions, group: String, instanceID: String? = nil, topics: [String], limits: ConsumerLimits = ConsumerLimits(),
        onAlarm: @escaping @Loop @Sendable (ConsumerAlarm) -> Void = { _ in },
        onBatch: @escaping @Loop @Sendable (PartitionBatch) async -> BatchOutcome
    ) throws(KafkaError) {
        _ = Self.alarms
        Statistics.declare()
        var options = options
        if let instanceID { options.properties["group.instance.id"] = instanceID }
        client = try Client(RD_KAFKA_CONSUMER, options, settings: [
            "group.id": group, "partition.assignment.strategy": "range", "enable.auto.commit": "false",
            "enable.auto.offset.store": "false", "auto.offset.reset": "error", "fetch.wait.max.ms": "10",
            "queued.max.messages.kbytes": "\(max(1, limits.waitingBytes >> 10))", "heartbeat.interval.ms": "1000", "session.timeout.ms": "10000",
            // What one fetch brings is decompressed whole: small, since that comes on top of what may wait.
            "fetch.message.max.bytes": "524288",
            // A topic that is made after this consumer must be seen before the five minutes that are usual.
            "topic.metadata.refresh.interval.ms": "10000",
        ], events: RD_KAFKA_EVENT_REBALANCE | RD_KAFKA_EVENT_OFFSET_COMMIT | RD_KAFKA_EVENT_FETCH)
        self.group = group
        self.topics = topics
        self.limits = limits
        self.onBatch = onBatch
        self.onAlarm = onAlarm
        rd_kafka_poll_set_consumer(client.handle)
        events = try EventQueue(rd_kafka_queue_get_consumer(client.handle), of: client) { [weak self] in
            self?.handle($0)
        } drained: { [weak self] in
            self?.noteClosed()
        }
        answers = try EventQueue(rd_kafka_queue_new(client.handle), of: client) { [weak self] in self?.handleAnswer($0) }
    }

    /// Joins the group; records come as soon as partitions are assigned. A topic that does not exist yet is waited for.
    public func start() {
        guard state == .idle else { return }
        state = .running
        let list = PartitionList(topics.map { TopicPartition($0, RD_KAFKA_PARTITION_UA) })
        let code = rd_kafka_subscribe(client.handle, list.pointer)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { raise(.fatal(KafkaError(code, "joining the group \(group)"))) }
        tick()
    }

    /// The partitions that are this member's at present, sorted.
    public var assignment: [TopicPartition] { held.keys.sorted() }

    /// How each assigned partition stands, sorted by partition.
    public var status: [PartitionStatus] {
        held.values.sorted { $0.id < $1.id }.map {
            PartitionStatus(
                partition: $0.id, stopReason: $0.stopReason, isHandling: $0.isHandling, waitingRecords: $0.queue.count, committed: $0.committed, lag: lag(of: $0))
        }
    }

    /// From the watermark that came with the last fetch; asks nobody.
    private func lag(of partition: HeldPartition) -> Int64? {
        guard let marks = knownMarks(of: partition) else { return nil }
        return max(0, marks.high - (partition.toCommit ?? partition.committed ?? max(marks.low, 0)))
    }

    private func knownMarks(of partition: HeldPartition) -> (low: Int64, high: Int64)? {
        var (low, high) = (Int64(RD_KAFKA_OFFSET_INVALID), Int64(RD_KAFKA_OFFSET_INVALID))
        let code = rd_kafka_get_watermark_offsets(client.handle, partition.id.topic, partition.id.partition, &low, &high)
        return code == RD_KAFKA_RESP_ERR_NO_ERROR && high >= 0 ? (low, high) : nil
    }

    /// Keeps a quiet member from being thrown out for not polling, and looks after what has waited too long.
    private func tick() {
        guard state == .running || state == .stopping else { return }
        events?.look()
        answers?.look()
        commitWhatIsDone()
        for partition in held.values { startHandler(partition) }
        let now = ContinuousClock.now
        for partition in held.values {
            guard let handling = partition.handling, !partition.isReportedSlow, now - handling.since > limits.slowHandler else { continue }
            partition.isReportedSlow = true
            raise(.slowHandler(partition.id, offset: handling.offset))
        }
        if rd_kafka_consumer_closed(client.handle) != 0 { closed.succeed(()) }
        timer = Loop.timer(after: state == .stopping ? .milliseconds(50) : .seconds(1)) { [weak self] in self?.tick() }
    }

    func tickSooner() {
        timer?.cancel()
        tick()
    }

    private func handle(_ event: consuming Event) {
        switch event.kind {
        case RD_KAFKA_EVENT_REBALANCE:
            let code = event.code
            let partitions = PartitionEntry.all(in: rd_kafka_event_topic_partition_list(event.pointer)).map(\.id)
            rebalance = consume event
            answering = Loop.spawn { await self.answerRebalance(code, partitions) }
        case RD_KAFKA_EVENT_ERROR:
            handleError(event)
        default:
            _ = client.notice(event)
        }
    }

    private func handleError(_ event: borrowing Event) {
        if let fatal = client.fatalError { return failed(fatal) }
        guard event.code == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET, let place = rd_kafka_event_topic_partition(event.pointer) else {
            _ = client.notice(event)
            return
        }
        defer { rd_kafka_topic_partition_destroy(place) }
        let id = TopicPartition(place.pointee.topic.map { String(cString: $0) } ?? "", place.pointee.partition)
        guard let partition = held[id], partition.stopReason == nil else { return }
        let reason = event.error("offset \(place.pointee.offset)")?.reason ?? ""
        partition.stopReason = reason
        raise(.offsetOutOfRange(id, reason: reason))
    }

    private func noteClosed() {
        if state == .stopping, rd_kafka_consumer_closed(client.handle) != 0 { closed.succeed(()) }
    }

    /// The queue of a partition, kept apart from the others': whatever waits for one handler stays with the library and holds up no other.
    func queue(of id: TopicPartition) -> EventQueue? {
        guard let pointer = rd_kafka_queue_get_partition(client.handle, id.topic, id.partition) else { return nil }
        rd_kafka_queue_forward(pointer, nil)
        return try? EventQueue(pointer, of: client, signalled: { [weak self] _ in
            guard let self, let partition = held[id] else { return }
            startHandler(partition)
        })
    }

    private func startHandler(_ partition: HeldPartition) {
        guard !isReleasing, state == .running, partition.isReady else { return }
        let taken = nextRecords(of: partition)
        let records = taken.records
        guard let last = records.last, partition.stopReason == nil else { return }
        keepFetching(partition, after: taken, last: last.offset)
        let batch = PartitionBatch(
            topic: partition.id.topic, partition: partition.id.partition, records: records, followsCommit: partition.hasCommitted)
        partition.begin(batch)
        let predecessor = partition.predecessor
        partition.predecessor = nil
        let task = Loop.spawn {
            await predecessor?.value
            let outcome = await self.onBatch(batch)
            self.finished(partition, batch, outcome)
        }
        if partition.isHandling { partition.task = task }
    }

    /// As many as there are, up to the limits of a batch.
    private func nextRecords(of partition: HeldPartition) -> RecordBatch {
        var batch = RecordBatch(topic: partition.id.topic, records: min(limits.records, partition.queue.count), size: partition.usualBytes)
        while batch.count < max(1, limits.records), batch.size < limits.bytes, let event = partition.queue.next() {
            guard event.kind == RD_KAFKA_EVENT_FETCH else {
                handle(event)
                continue
            }
            while let message = rd_kafka_event_message_next(event.pointer) { batch.append(message) }
        }
        partition.usualBytes = batch.size
        return batch
    }

    /// The library fetches nothing while queues are full, and its thread looks again up to a second after they are not;
    /// any request to that broker wakes it.
    private func keepFetching(_ partition: HeldPartition, after batch: RecordBatch, last: Int64) {
        let waiting = partition.queue.count
        // By the sizes of those just taken; the library counts less of each record than we do.
        let size = 64 + batch.size / batch.count
        if (waiting + batch.count) * size >= limits.waitingBytes / 2 { partition.wasFull = true }
        guard partition.wasFull, waiting * size <= limits.waitingBytes / 2, let marks = knownMarks(of: partition),
            marks.high > last + 1 + Int64(waiting)
        else { return }
        partition.wasFull = false
        toWake.insert(partition.id)
        if !isWakingFetcher { wakeFetchers() }
    }

    /// One request at a time; those that ask meanwhile are asked for next.
    private func wakeFetchers() {
        isWakingFetcher = true
        Loop.spawn { [client, weak self] in
            while let id = self?.toWake.popFirst() { _ = try? await client.offload { try queryWatermarks(of: id, $0, 100) } }
            self?.isWakingFetcher = false
        }
    }

    private func finished(_ partition: HeldPartition, _ batch: PartitionBatch, _ outcome: BatchOutcome) {
        partition.finish()
        if partition.isRevoked {
            if lingering[partition.id] === partition { lingering[partition.id] = nil }
        } else {
            switch outcome {
            case .done:
                partition.toCommit = (batch.records.last?.offset ?? -1) + 1
                commitWhatIsDone()
                startHandler(partition)
            case .stop(let reason):
                partition.stopReason = reason
                // A consumer that is leaving hands nothing out any more in any case.
                if !isReleasing, state == .running { raise(.stopped(partition.id, reason: reason)) }
            }
        }
        if !held.values.contains(where: \.isHandling) { quiet?.succeed(()) }
    }

    func raise(_ alarm: ConsumerAlarm) {
        Self.alarms[client.name].increment()
        Log.error("A Kafka consumer needs attention", ["client": .string(client.name), "group": .string(group), "alarm": .string("\(alarm)")])
        onAlarm(alarm)
    }

    func endTimer() {
        timer?.cancel()
        timer = nil
    }
}
