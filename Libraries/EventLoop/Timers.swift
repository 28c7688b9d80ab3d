/// A moment at which the loop calls back, once; ``cancel()`` before it makes that never.
@Loop public final class LoopTimer {
    let due: ContinuousClock.Instant
    let order: UInt64
    var body: (@Loop () -> Void)?

    init(_ due: ContinuousClock.Instant, _ order: UInt64, _ body: @escaping @Loop () -> Void) {
        self.due = due
        self.order = order
        self.body = body
    }

    public func cancel() {
        guard body != nil else { return }
        body = nil
        Loop.reactor.timers.noteCancelled()
    }
}

/// A binary heap of timers; cancelled ones are dropped when they surface, or all at once when they are the most.
@Loop final class TimerQueue {
    private var heap: [LoopTimer] = []
    private var order: UInt64 = 0
    private var cancelled = 0

    var isEmpty: Bool { heap.isEmpty }

    func add(at due: ContinuousClock.Instant, _ body: @escaping @Loop () -> Void) -> LoopTimer {
        order += 1
        let timer = LoopTimer(due, order, body)
        heap.append(timer)
        siftUp(heap.count - 1)
        return timer
    }

    /// Told by a timer of its own cancellation.
    func noteCancelled() {
        cancelled += 1
        guard cancelled > 64, cancelled > heap.count / 2 else { return }
        heap.removeAll { $0.body == nil }
        cancelled = 0
        for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(index) }
    }

    /// For `epoll_wait`: -1 when nothing is to come, else rounded up, so that a timer is never early.
    var millisecondsToNext: Int32 {
        while let first = heap.first, first.body == nil { removeFirst(); cancelled = max(0, cancelled - 1) }
        guard let first = heap.first else { return -1 }
        let (seconds, attoseconds) = (first.due - ContinuousClock.now).components
        if seconds < 0 || attoseconds < 0 { return 0 }
        if seconds > 1_000_000 { return 1_000_000_000 }
        return Int32(seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }

    func fireDue(at now: ContinuousClock.Instant = .now) {
        while let first = heap.first, first.body == nil || first.due <= now {
            removeFirst()
            guard let body = first.body else { cancelled = max(0, cancelled - 1); continue }
            first.body = nil
            body()
        }
    }

    private func precedes(_ a: LoopTimer, _ b: LoopTimer) -> Bool { a.due != b.due ? a.due < b.due : a.order < b.order }

    private func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(0)
    }

    private func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(heap[child], heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private func siftDown(_ start: Int) {
        var parent = start
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(heap[child], heap[least]) {
                least = child
            }
            guard least != parent else { return }
            heap.swapAt(parent, least)
            parent = least
        }
    }
}

extension Loop {
    /// Calls `body` once, `delay` from now, rounded up to the millisecond.
    @Loop @discardableResult
    public static func timer(after delay: Duration, _ body: @escaping @Loop () -> Void) -> LoopTimer {
        reactor.timers.add(at: .now + max(delay, .zero), body)
    }

    /// Waits without leaving the loop.
    ///
    /// - Throws: `CancellationError` as soon as the task is cancelled.
    @Loop public static func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        let done = Promise<Void>()
        let timer = timer(after: duration) { done.succeed(()) }
        defer { timer.cancel() }
        try await done.value()
    }

    /// Steps aside until sockets and timers have had their turn; for work that comes in many small pieces.
    @Loop public static func nextTurn() async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            _ = timer(after: .zero) { continuation.resume() }
        }
    }
}
