/// One value that any number of the loop's tasks await. The first answer counts, later ones change nothing.
@Loop public final class Promise<Value: Sendable> {
    private enum State {
        case waiting([(id: UInt64, continuation: UnsafeContinuation<Value, any Error>)])
        case resolved(Result<Value, any Error>)
    }

    private var state = State.waiting([])
    private var lastID: UInt64 = 0

    public init() {}

    public var isResolved: Bool {
        if case .resolved = state { true } else { false }
    }

    public func succeed(_ value: Value) { resolve(.success(value)) }
    public func fail(_ error: any Error) { resolve(.failure(error)) }

    public func resolve(_ result: Result<Value, any Error>) {
        guard case .waiting(let waiters) = state else { return }
        state = .resolved(result)
        for waiter in waiters { waiter.continuation.resume(with: result) }
    }

    /// Waits for the answer.
    ///
    /// - Throws: what the promise failed with; `CancellationError` when the waiting task is cancelled (the promise itself goes on).
    public func value() async throws -> Value {
        if case .resolved(let result) = state { return try result.get() }
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            try await withUnsafeThrowingContinuation { continuation in
                guard !Task.isCancelled else { return continuation.resume(throwing: CancellationError()) }
                switch state {
                case .resolved(let result): continuation.resume(with: result)
                case .waiting(let waiters): state = .waiting(waiters + [(id, continuation)])
                }
            }
        } onCancel: {
            Loop.spawn { self.giveUp(id) }
        }
    }

    private func giveUp(_ id: UInt64) {
        guard case .waiting(var waiters) = state, let index = waiters.firstIndex(where: { $0.id == id }) else { return }
        let waiter = waiters.remove(at: index)
        state = .waiting(waiters)
        waiter.continuation.resume(throwing: CancellationError())
    }
}
