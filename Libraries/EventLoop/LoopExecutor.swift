import CLinux
import Glibc
import Synchronization

/// Runs the jobs of the loop's tasks, one after another, on the loop's own thread.
///
/// It is both kinds of executor: as the serial executor of ``Loop`` it keeps its state to one thread, and as the task
/// executor of the loop's tasks it lets a continuation resume there without a visit to the global pool.
public final class LoopExecutor: SerialExecutor, TaskExecutor {
    private struct Pending {
        var jobs: [UnownedJob] = []
        var isWaiting = false
    }

    private let pending = Mutex(Pending())
    private let owner = Atomic<UInt>(0)
    let wakeDescriptor: Int32

    init() {
        wakeDescriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        pending.withLock { $0.jobs.reserveCapacity(256) }
    }

    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let mustWake = pending.withLock { pending in
            pending.jobs.append(job)
            defer { pending.isWaiting = false }
            return pending.isWaiting
        }
        if mustWake { wake() }
    }

    public func isIsolatingCurrentContext() -> Bool? { isCurrentThread }

    public func checkIsolated() {
        precondition(isCurrentThread, "this runs on the loop's thread only")
    }

    var isCurrentThread: Bool { owner.load(ordering: .relaxed) == UInt(pthread_self()) }

    func adoptCurrentThread() { owner.store(UInt(pthread_self()), ordering: .relaxed) }

    /// Makes the present or next wait for events return at once; safe from any thread.
    func wake() { eventfd_write(wakeDescriptor, 1) }

    /// Takes the jobs that wait, leaving `spare`'s storage for the next ones.
    func take(into spare: inout [UnownedJob]) {
        spare.removeAll(keepingCapacity: true)
        pending.withLock { swap(&$0.jobs, &spare) }
    }

    /// Announces that the thread is about to sleep; false when a job came first.
    func prepareToWait() -> Bool {
        pending.withLock { pending in
            pending.isWaiting = pending.jobs.isEmpty
            return pending.isWaiting
        }
    }

    func stopWaiting() { pending.withLock { $0.isWaiting = false } }

    func run(_ job: UnownedJob) {
        job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
    }
}
