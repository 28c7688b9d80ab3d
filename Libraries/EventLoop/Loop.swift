import CLinux
import Glibc

/// The one thread of a service: sockets, timers, signals and the Swift tasks between them.
///
/// Everything annotated `@Loop` runs on that thread, so it needs no lock and wakes nobody. A process has one loop; more
/// capacity is more processes. The thread starts with the first use and lives as long as the process.
@globalActor public actor Loop {
    public static let shared = Loop()

    /// The executor of the loop's tasks; give it as a task's preference to keep the task on the thread.
    public nonisolated let executor: LoopExecutor

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private init() {
        executor = LoopExecutor()
        clinux_signal_ignore(SIGPIPE)
        startThread(executor)
    }

    /// Runs `body` on the loop from code that the compiler cannot see to be there, a C callback; traps anywhere else.
    public nonisolated static func assumeIsolated<T>(_ body: @Loop () throws -> T) rethrows -> T {
        shared.executor.checkIsolated()
        return try withoutActuallyEscaping(body) { body in
            // proof: isolation is not part of a function's representation, and the check above stands for the hop that the cast leaves out.
            try unsafeBitCast(body, to: (() throws -> T).self)()
        }
    }

    /// Starts a task on the loop; spawned by the loop it runs in the same turn.
    ///
    /// `Task.immediate` with a preference enqueues; plain `Task` with one and a global actor is what compiler 6.3.1 cannot check.
    @discardableResult
    public nonisolated static func spawn(_ body: @escaping @Loop @Sendable () async -> Void) -> Task<Void, Never> {
        Task.immediate(executorPreference: shared.executor) { @Loop in await body() }
    }

    /// Like ``spawn(_:)``, for work with an outcome.
    public nonisolated static func start<T: Sendable>(_ body: @escaping @Loop @Sendable () async throws -> T) -> Task<T, any Error> {
        Task.immediate(executorPreference: shared.executor) { @Loop in try await body() }
    }

    /// Runs `body` as a task of the loop and waits for its outcome; for code that is not on the loop.
    ///
    /// Cancelling the caller cancels `body`.
    public nonisolated static func run<T: Sendable>(_ body: @escaping @Loop @Sendable () async throws -> T) async throws -> T {
        let task = start(body)
        return try await withTaskCancellationHandler { try await task.value } onCancel: { task.cancel() }
    }

    /// Runs `work` off the loop, on Swift's global executor, and comes back with its result.
    ///
    /// For what would hold the loop up: a signature over a large document, a key derivation, a file.
    public nonisolated static func offload<T: Sendable>(_ work: @escaping @Sendable () throws -> T) async throws -> T {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { try await elsewhere(work) }
    }

    @concurrent private nonisolated static func elsewhere<T: Sendable>(_ work: @Sendable () throws -> T) async throws -> T {
        try work()
    }

    /// Makes the loop turn once more; from any thread.
    public nonisolated static func wake() { shared.executor.wake() }

    /// Lets the next wait for events return at once.
    @Loop public static func turnAgain() { reactor.mustTurnAgain = true }

    /// Time since some fixed point, for measuring; it never goes back.
    public nonisolated static var now: ContinuousClock.Instant { ContinuousClock.now }

    @Loop static let reactor = Reactor(shared.executor)
}

/// Starts the loop's thread: it owns the executor for good.
private func startThread(_ executor: LoopExecutor) {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(executor).toOpaque()
    let failure = pthread_create(&thread, nil, { argument in
        guard let argument else { return nil }
        clinux_thread_name("loop")
        let executor = Unmanaged<LoopExecutor>.fromOpaque(argument).takeRetainedValue()
        executor.adoptCurrentThread()
        Loop.assumeIsolated { Loop.reactor.run() }
    }, argument)
    precondition(failure == 0, "the loop's thread could not be started: error \(failure)")
    pthread_detach(thread)
}
