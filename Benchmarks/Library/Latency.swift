import CommandLine
import Contracts
import EventLoop
import Messaging
import Postgres

/// From a commit that emits an event to the commit of its effect, at a fixed rate; both in one process.
///
/// The effect's commit is told by NOTIFY, which adds the way of one notification (some 50 µs); at this rate it holds nothing up.
enum EffectLatency {
    static let rate = Option("rate", "Events a second.", default: 200)

    static let command = Command(
        "latency", "From a commit to the commit of its effect, at a fixed rate.",
        parameters: [Options.database, Options.kafka, Options.prefix, rate, Options.warmUp, Options.seconds]
    ) { arguments in
        let url = try arguments[Options.database], kafka = try arguments[Options.kafka], prefix = try arguments[Options.prefix]
        let rate = try arguments[rate], warmUp = try arguments[Options.warmUp], seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let sample = try Sample(url, kafka, prefix: prefix)
            let consumer = try sample.consumer()
            consumer.start()
            try await Sample.joined(consumer)
            let relay = sample.relay()
            sample.place.wakeRelay = { relay.wake() }
            relay.start()
            let session = try await sample.database.session()
            try await session.execute("ALTER TABLE effect ENABLE TRIGGER tell")
            let log = EventLog()
            let heard = try await session.listen("effect")
            Loop.spawn { for await notification in heard { if let step = Int(notification.payload) { log.effect(step) } } }

            let warm = Int(Double(rate) * warmUp), total = warm + Int(Double(rate) * seconds)
            let window = Window()
            let start = ContinuousClock.now
            for step in 0..<total {
                if step == warm { window.begin() }
                let due = start + .seconds(Double(step) / Double(rate))
                if due > .now { try await Loop.sleep(for: due - .now) }
                Loop.spawn {
                    do { try await post(step, sample, log) } catch { log.failure = "\(error)" }
                }
            }
            let deadline = ContinuousClock.now + .seconds(20)
            while log.effects.count < total, ContinuousClock.now < deadline { try await Loop.sleep(for: .milliseconds(10)) }
            var measured = window.end()
            measured.operations = total - warm
            try await session.execute("ALTER TABLE effect DISABLE TRIGGER tell")
            await consumer.stop()
            await relay.stop()
            measured.latencies = try (warm..<total).map { step in
                guard let committed = log.commits[step], let effect = log.effects[step] else {
                    throw Failed(description: "event \(step) had no effect within 20 s \(log.failure)")
                }
                return (effect - committed) / .milliseconds(1)
            }
            return measured
        }
        measured.write(to: arguments.terminal)
    }

    @Loop private static func post(_ step: Int, _ sample: Sample, _ log: EventLog) async throws {
        let work = Write(caller: .service("bench"), now: .now, place: sample.place)
        try work.emit(EntryPosted(
            account: "account-\(step % 1000)", step: step, amount: 1, currency: "KZT", reference: "latency", note: "at a fixed rate"))
        _ = try await sample.database.run(Batch(statements: work.collected, key: "account-\(step % 1000)"))
        log.commits[step] = .now
        work.committed()
    }
}

/// When each event was committed, and when its effect was.
@Loop final class EventLog {
    var commits: [Int: ContinuousClock.Instant] = [:]
    private(set) var effects: [Int: ContinuousClock.Instant] = [:]
    var failure = ""

    func effect(_ step: Int) { if effects[step] == nil { effects[step] = .now } }
}
