import Synchronization

/// What held the loop up, and for how long; ``Loop/onHeldUp(_:)`` tells.
public struct HeldUp: Sendable {
    /// What ran: a request's route, a descriptor's label, or a part of the turn.
    public let what: String
    public let duration: Duration
}

/// In nanoseconds: the loop writes it, whoever renders metrics takes it.
private let longestTurn = Atomic<Int64>(0)

/// Measures each piece of a turn; what takes longer than the limit is reported by name.
@Loop final class Watchdog {
    private var started = ContinuousClock.now

    func turnStarted() { started = ContinuousClock.now }

    func turnEnded() {
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        longestTurn.max(seconds * 1_000_000_000 + attoseconds / 1_000_000_000, ordering: .relaxed)
    }

    /// `label` nil: a task's job, named by what it last said of itself.
    func measure(_ label: String?, _ work: () -> Void) {
        let begin = ContinuousClock.now
        if label == nil { Loop.activity = "a task" }
        work()
        let duration = ContinuousClock.now - begin
        guard duration > Loop.heldUpLimit else { return }
        Loop.heldUp?(HeldUp(what: label ?? Loop.activity, duration: duration))
    }
}

extension Loop {
    /// One piece of work longer than this is reported.
    static let heldUpLimit = Duration.milliseconds(50)

    @Loop static var heldUp: (@Loop (HeldUp) -> Void)?

    /// What the running job says it does, for the watchdog.
    @Loop public static var activity = "a task"

    /// The longest turn since this was last asked for; from any thread.
    public nonisolated static func takeLongestTurn() -> Duration { .nanoseconds(longestTurn.exchange(0, ordering: .relaxed)) }

    /// Calls `body` whenever one piece of work held the loop longer than 50 ms.
    @Loop public static func onHeldUp(_ body: @escaping @Loop (HeldUp) -> Void) { heldUp = body }
}
