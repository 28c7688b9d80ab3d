import EventLoop

/// Waiting that the cancellation of the caller does not cut short: for closing, which has to come to its end.
@Loop enum Uncancelled {
    static func value(of promise: Promise<Void>) async {
        _ = await Loop.start { try await promise.value() }.result
    }

    static func run(_ work: @escaping @Sendable () -> Void) async {
        _ = await Loop.start { try await Loop.offload(work) }.result
    }

    /// Waits for `promise`, at most until `deadline`; false when it was not resolved by then.
    static func value(of promise: Promise<Void>, until deadline: ContinuousClock.Instant) async -> Bool {
        guard !promise.isResolved else { return true }
        let either = Promise<Void>()
        let timer = Loop.timer(after: deadline - ContinuousClock.now) { either.succeed(()) }
        let waiter = Loop.start {
            try await promise.value()
            either.succeed(())
        }
        await value(of: either)
        timer.cancel()
        waiter.cancel()
        return promise.isResolved
    }
}
