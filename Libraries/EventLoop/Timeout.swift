/// Work did not end within its limit; it was cancelled and may still be winding down.
public struct TimeoutError: Error, CustomStringConvertible {
    public let limit: Duration
    public var description: String { "not done within \(limit)" }
}

/// Runs `body` on the loop for at most `limit`.
///
/// - Throws: what `body` throws; ``TimeoutError`` at the limit, without waiting for the cancelled `body` to end.
@Loop public func withTimeout<T: Sendable>(_ limit: Duration, _ body: @escaping @Loop @Sendable () async throws -> T) async throws -> T {
    let outcome = Promise<T>()
    let task = Loop.spawn {
        do { outcome.succeed(try await body()) } catch { outcome.fail(error) }
    }
    let timer = Loop.timer(after: limit) {
        outcome.fail(TimeoutError(limit: limit))
        task.cancel()
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler { try await outcome.value() } onCancel: { task.cancel() }
}
