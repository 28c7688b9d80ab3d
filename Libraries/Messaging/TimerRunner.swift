package import Contracts
public import EventLoop
import FoundationEssentials
package import Postgres
import Telemetry

/// Lets due timers reach their handlers, each once, however many instances run and whatever was killed in between.
@Loop public final class TimerRunner {
    private let database: Database
    private let place: WorkPlace
    private let clock: LawClock
    private let handlers: [String: TimerHandler]
    private let crashes: CrashWatch
    /// So many timers of this run are taken with care: what the process before ended on is the first of them.
    private var careful = 16
    /// How often in a row a timer was too slow.
    private var timeouts: [UUID: Int] = [:]
    private var types: [String] { handlers.keys.sorted() }
    private var task: Task<Void, Never>?
    private var wakeUp = Promise<Void>()
    private var isStopping = false

    /// How often it looks for timers that are due, woken or not.
    nonisolated static let patrol = Duration.seconds(1)

    package init(database: Database, place: WorkPlace, clock: LawClock, handlers: [TimerHandler], crashes: CrashWatch? = nil) {
        self.database = database
        self.place = place
        self.clock = clock
        self.crashes = crashes ?? CrashWatch(database)
        self.handlers = Dictionary((handlers + [.askAgain]).map { ($0.type, $0) }) { first, _ in first }
    }

    public func start() { task = Loop.spawn { await self.run() } }

    /// A timer was scheduled, or the clock moved.
    public func wake() { wakeUp.succeed(()) }

    public func stop() async {
        isStopping = true
        wake()
        let deadline = Loop.timer(after: .seconds(3)) { [task] in task?.cancel() }
        await task?.value
        deadline.cancel()
    }

    private func run() async {
        while !isStopping {
            wakeUp = Promise<Void>()
            var pause = Self.patrol
            do {
                try await clock.refresh()
                while !isStopping, try await fireNext() {}
                if let next = try await database.fetch(TimerTable.next), next > clock.now { pause = min(pause, max(.milliseconds(1), next - clock.now)) }
            } catch {
                Log.warning("timers wait", ["error": "\(error)"])
            }
            let awaited = wakeUp
            let timer = Loop.timer(after: pause) { awaited.succeed(()) }
            try? await awaited.value()
            timer.cancel()
        }
    }

    /// How many timers are past their time and how many wait for theirs.
    package static func counts(at now: Timestamp) -> Query<(due: Int64, ahead: Int64)> {
        Query("SELECT count(*) FILTER (WHERE fire_at <= \(now)), count(*) FILTER (WHERE fire_at > \(now)) FROM timer") { rows in
            guard let row = rows.first else { return (0, 0) }
            return (try row.column(0) as Int64, try row.column(1) as Int64)
        }
    }

    /// The same at a bounded cost: counted up to 10,000 of each; how many more wait for their time is PostgreSQL's estimate.
    package static func roughCounts(at now: Timestamp) -> Query<(due: Int64, ahead: Int64)> {
        Query("""
            SELECT due, CASE WHEN ahead < 10000 THEN ahead ELSE greatest(ahead, reltuples::bigint - due) END
            FROM (SELECT count(*) AS due FROM (SELECT 1 FROM timer WHERE fire_at <= \(now) LIMIT 10000) AS a) AS past,
                 (SELECT count(*) AS ahead FROM (SELECT 1 FROM timer WHERE fire_at > \(now) LIMIT 10000) AS b) AS future,
                 pg_class WHERE oid = 'timer'::regclass
            """) { rows in
            guard let row = rows.first else { return (0, 0) }
            return (try row.column(0) as Int64, try row.column(1) as Int64)
        }
    }

    /// False when nothing is due.
    private func fireNext() async throws -> Bool {
        guard careful > 0 else { return try await fireNext(isDoubtful: false) }
        return try await crashes.alone {
            guard try await self.fireNext(isDoubtful: true) else { return false }
            self.careful -= 1
            return true
        }
    }

    private func fireNext(isDoubtful: Bool) async throws -> Bool {
        var taken: DueTimer?
        do {
            let work = try await database.transaction { lease -> Decide? in
                guard let due = try await lease.fetch(TimerTable.take(at: self.clock.now, types: self.types)) else { return nil }
                taken = due
                // A clock that stepped back between the two looks at it does not unmake the moment.
                let work = Decide(
                    caller: .service(self.place.service), now: max(self.clock.now, due.fireAt), place: self.place, lease: lease)
                guard let handler = self.handlers[due.type] else { return nil }
                if isDoubtful { try await self.crashes.begin(due.id, consumer: ParkedMessages.timerConsumer) }
                try await TraceContext.$current.withValue(TraceContext.root()) { try await handler.apply(due, work) }
                if isDoubtful { work.save(CrashWatch.end(due.id, consumer: ParkedMessages.timerConsumer)) }
                work.handOver()
                return work
            }
            work?.committed()
            if let taken, !timeouts.isEmpty { timeouts[taken.id] = nil }
            if work != nil { MessagingMetrics.fired.increment() }
            return work != nil
        } catch where !isTransient(error) && !(error is CancellationError) {
            guard let taken else { throw error }
            if isTooSlow(error), timeouts[taken.id, default: 0] + 1 < mostTimeouts {
                timeouts[taken.id, default: 0] += 1
                throw error
            }
            timeouts[taken.id] = nil
            MessagingMetrics.parked.increment()
            Log.error("timer parked", ["type": "\(taken.type)", "key": "\(taken.key)", "error": "\(error)"])
            _ = try await database.run(Batch(
                statements: [ParkedMessages.park(taken, error: "\(error)", at: .now), CrashWatch.end(taken.id, consumer: ParkedMessages.timerConsumer)],
                key: "parked", mayRunAgain: true))
            return true
        }
    }
}
