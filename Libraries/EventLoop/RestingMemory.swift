import CLinux
import Glibc

/// Gives back to the system what a time of work has left free, once it is over.
///
/// The C library itself gives back only what lies at the end of its heaps: a crowd of connections leaves its holes below what stays.
@Loop private final class RestingMemory {
    private static let period = Duration.seconds(5)
    /// Processor time of a period from which it counts as work; a service at rest takes a fifth of it.
    private static let work = Duration.milliseconds(150)

    private var used = Duration.zero
    private var hasWorked = false

    func look() {
        let before = used
        used = Self.processorTime
        let works = used - before > Self.work
        // Off the loop: with much to give back it takes some milliseconds.
        if hasWorked, !works { Loop.spawn { _ = try? await Loop.offload { malloc_trim(0) } } }
        hasWorked = works
        Loop.timer(after: Self.period) { self.look() }
    }

    private static var processorTime: Duration {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}

extension Loop {
    /// From now on, five seconds of rest after work give the memory back that the work has left free; for the life of the process.
    @Loop public static func giveBackMemoryAtRest() { RestingMemory().look() }
}
