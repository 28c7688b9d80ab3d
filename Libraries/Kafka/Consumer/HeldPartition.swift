import EventLoop

/// An assigned partition: where its records wait, what is in the handler, what is to be committed.
@Loop final class HeldPartition {
    let id: TopicPartition
    /// Its records, in the library until the handler is ready for them.
    let queue: EventQueue
    /// The handler's task of an earlier assignment that outlived its grace: the next batch waits for its end.
    var predecessor: Task<Void, Never>?
    var task: Task<Void, Never>?
    var isHandling = false
    /// It belongs to this consumer no more: what its handler still says does not count.
    var isRevoked = false
    var stopReason: String?
    var toCommit: Int64?
    var committed: Int64?
    /// A commit of this assignment has been confirmed.
    var hasCommitted = false
    private(set) var handling: (offset: Int64, since: ContinuousClock.Instant)?
    var isReportedSlow = false
    /// Bytes of the batch before: what the next is likely to need.
    var usualBytes = 0
    /// So much has waited that the library may have stopped to fetch.
    var wasFull = false

    init(_ id: TopicPartition, committed: Int64?, _ queue: EventQueue) {
        self.id = id
        self.committed = committed
        self.queue = queue
    }

    /// Whether a batch may be handed out.
    var isReady: Bool { !isHandling && !isRevoked && stopReason == nil }

    func begin(_ batch: PartitionBatch) {
        isHandling = true
        isReportedSlow = false
        handling = (batch.records[0].offset, ContinuousClock.now)
    }

    func finish() {
        isHandling = false
        handling = nil
        task = nil
    }
}
