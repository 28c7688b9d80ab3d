import CLinux
import Glibc

/// When in a turn a hook runs: `serve` after the first round of jobs, `flush` right before the loop waits.
public enum TurnPhase: Sendable { case serve, flush }

/// The turn of the loop: jobs, then serving, jobs again, then flushing, then one wait for descriptors and timers.
@Loop final class Reactor {
    private let executor: LoopExecutor
    private let epoll: Int32
    private var watches: [Int32: Watch] = [:]
    private var generation: UInt32 = 0
    private var hooks: (serve: [TurnHook], flush: [TurnHook]) = ([], [])
    private var jobs: [UnownedJob] = []
    private let watchdog = Watchdog()
    let timers = TimerQueue()
    let signals = SignalPipe()
    var mustTurnAgain = false

    init(_ executor: LoopExecutor) {
        self.executor = executor
        epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
        jobs.reserveCapacity(256)
        var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data(u64: UInt64.max))
        epoll_ctl(epoll, EPOLL_CTL_ADD, executor.wakeDescriptor, &event)
    }

    func run() -> Never {
        let capacity = 256
        let events = UnsafeMutablePointer<epoll_event>.allocate(capacity: capacity)
        while true {
            runJobs()
            if !hooks.serve.isEmpty {
                watchdog.measure("serving connections") { for hook in hooks.serve { hook.body?() } }
                runJobs()
            }
            if !hooks.flush.isEmpty {
                watchdog.measure("sending what was asked for") { for hook in hooks.flush { hook.body?() } }
            }
            var timeout: Int32 = 0
            if mustTurnAgain {
                mustTurnAgain = false
            } else if executor.prepareToWait() {
                timeout = timers.millisecondsToNext
            }
            watchdog.turnEnded()
            let count = epoll_wait(epoll, events, Int32(capacity), timeout)
            executor.stopWaiting()
            watchdog.turnStarted()
            for index in 0..<Int(max(count, 0)) { dispatch(events[index]) }
            if !timers.isEmpty { watchdog.measure("timers") { timers.fireDue() } }
        }
    }

    /// Jobs may bring more jobs; after some rounds the sockets get their turn all the same.
    private func runJobs() {
        for _ in 0..<16 {
            executor.take(into: &jobs)
            if jobs.isEmpty { return }
            for job in jobs { watchdog.measure(nil) { executor.run(job) } }
        }
    }

    private func dispatch(_ event: epoll_event) {
        if event.data.u64 == UInt64.max {
            var count: eventfd_t = 0
            eventfd_read(executor.wakeDescriptor, &count)
            return
        }
        let descriptor = Int32(truncatingIfNeeded: event.data.u64 & 0xffff_ffff)
        // A watch cancelled in this very turn, its descriptor perhaps used anew, must not see an old event.
        guard let watch = watches[descriptor], UInt64(watch.generation) == event.data.u64 >> 32 else { return }
        watchdog.measure(watch.label) { watch.body?(LoopEvents(epoll: event.events)) }
    }

    func add(_ watch: Watch) throws(LoopError) {
        generation &+= 1
        if generation == UInt32.max { generation = 1 }
        watch.generation = generation
        try control(EPOLL_CTL_ADD, watch)
        watches[watch.descriptor] = watch
    }

    func change(_ watch: Watch) throws(LoopError) { try control(EPOLL_CTL_MOD, watch) }

    func remove(_ watch: Watch) {
        guard watches[watch.descriptor] === watch else { return }
        watches[watch.descriptor] = nil
        var unused = epoll_event()
        epoll_ctl(epoll, EPOLL_CTL_DEL, watch.descriptor, &unused)
    }

    private func control(_ operation: Int32, _ watch: Watch) throws(LoopError) {
        let data = UInt64(watch.generation) << 32 | UInt64(UInt32(bitPattern: watch.descriptor))
        var event = epoll_event(events: watch.events.epoll, data: epoll_data(u64: data))
        guard epoll_ctl(epoll, operation, watch.descriptor, &event) == 0 else {
            throw LoopError(call: "epoll_ctl", number: errno)
        }
    }

    func add(_ hook: TurnHook) {
        switch hook.phase {
        case .serve: hooks.serve.append(hook)
        case .flush: hooks.flush.append(hook)
        }
    }

    func remove(_ hook: TurnHook) {
        hooks.serve.removeAll { $0 === hook }
        hooks.flush.removeAll { $0 === hook }
    }
}

/// A call of the system that the loop rests on has failed.
public struct LoopError: Error, CustomStringConvertible {
    public let call: String
    public let number: Int32
    public var description: String { "\(call): \(String(cString: strerror(number)))" }
}
