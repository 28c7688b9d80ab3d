import EventLoop

/// A batch on its way: it waits, flies, perhaps more than once, and ends with its rows or one error.
@Loop final class BatchJob {
    let batch: Batch
    let asked = ContinuousClock.now
    private(set) var rows: [Rows] = []
    /// What it costs, roughly: one, and one more for every four KiB of values.
    let weight: Int
    /// How often it has been sent.
    var flights = 0
    /// Set by a failure in company: its next flight is its own.
    var mustGoAlone: Bool
    /// By their fingerprints, statements that failed as one for many: they no longer leave together with those of others.
    var leavesApart: Set<UInt64> = []
    private var continuation: UnsafeContinuation<Void, any Error>?
    private var outcome: Result<Void, any Error>?

    /// After so many losses of a connection with this batch under way it is no longer tried.
    static let mostFlightsAfterLoss = 3

    init(_ batch: Batch) {
        self.batch = batch
        weight = batch.statements.reduce(1) { $0 + $1.values.bytes.count >> 12 }
        mustGoAlone = batch.goesAlone
    }

    var isOver: Bool { outcome != nil }

    func succeed(_ rows: [Rows]) {
        guard outcome == nil else { return }
        self.rows = rows
        finish(.success(()))
    }

    func fail(_ error: PostgresError) { finish(.failure(error)) }

    private func finish(_ result: Result<Void, any Error>) {
        guard outcome == nil else { return }
        outcome = result
        continuation?.resume(with: result)
        continuation = nil
    }

    /// Waits for the end. Cancelled before it was sent it is not sent; afterwards only its answer is dropped.
    func value() async throws -> [Rows] {
        try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                if let outcome { continuation.resume(with: outcome) } else { self.continuation = continuation }
            }
        } onCancel: {
            Loop.spawn { self.fail(.cancelled) }
        }
        return rows
    }
}
