import EventLoop

/// An assigned partition: what waits, what is in the handler, what is to be committed.
@Loop final class HeldPartition {
    let id: TopicPartition
    /// The handler's task of an earlier assignment that outlived its grace: the next batch waits for its end.
    var predecessor: Task<Void, Never>?
    var task: Task<Void, Never>?
    var isHandling = false
    var isPaused = false
    /// It belongs to this consumer no more: what its handler still says does not count.
    var isRevoked = false
    var stopReason: String?
    var toCommit: Int64?
    var committed: Int64?
    private(set) var position: Int64?
    private(set) var handling: (offset: Int64, since: ContinuousClock.Instant)?
    var isReportedSlow = false

    private var records: [ConsumedRecord] = []
    private var taken = 0
    private var bytes = 0

    init(_ id: TopicPartition, committed: Int64?) {
        self.id = id
        self.committed = committed
    }

    var waiting: Int { records.count - taken }

    func add(_ record: ConsumedRecord) {
        records.append(record)
        bytes += record.size
        position = record.offset + 1
    }

    func isFull(_ limits: ConsumerLimits) -> Bool { waiting >= limits.waitingRecords || bytes >= limits.waitingBytes }
    func isHalfEmpty(_ limits: ConsumerLimits) -> Bool { waiting <= limits.waitingRecords / 2 && bytes <= limits.waitingBytes / 2 }

    /// The next batch; nil when there is none to hand out now.
    func take(_ most: Int) -> PartitionBatch? {
        guard !isHandling, !isRevoked, stopReason == nil, waiting > 0 else { return nil }
        let end = min(taken + max(most, 1), records.count)
        let batch = Array(records[taken..<end])
        taken = end
        bytes -= batch.reduce(0) { $0 + $1.size }
        if taken == records.count { dropWaiting() }
        if taken > most, taken > records.count / 2 {
            records.removeFirst(taken)
            taken = 0
        }
        isHandling = true
        isReportedSlow = false
        handling = (batch[0].offset, ContinuousClock.now)
        return PartitionBatch(topic: id.topic, partition: id.partition, records: batch)
    }

    func finish() {
        isHandling = false
        handling = nil
        task = nil
    }

    func dropWaiting() {
        records.removeAll(keepingCapacity: stopReason == nil && !isRevoked)
        taken = 0
        bytes = 0
    }
}
