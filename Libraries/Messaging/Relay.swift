package import Contracts
public import EventLoop
public import Kafka
public import Postgres
import Telemetry

/// Carries the outbox to Kafka: one per database, in order, deleting what was acknowledged.
///
/// A second instance stands by behind the advisory lock. A crash sends rows again under the same ids, and the inboxes
/// absorb that.
@Loop public final class Relay {
    /// What the relay is doing, for `egovctl status`.
    public enum State: String, Sendable { case starting, standingBy = "standing by", relaying, waitingForKafka = "waiting for Kafka", stopped }

    public private(set) var state = State.starting
    private let database: Database
    private let kafka: KafkaOptions
    private let prefix: String
    private let batchSize: Int
    private(set) var producer: Producer?
    private var task: Task<Void, Never>?
    private var wakeUp = Promise<Void>()
    private var isStopping = false
    private var pause = Relay.firstPause
    private var held = HeldBack()
    /// The history of the database in which this relay works.
    private var timeline: Int32 = 0

    private static let firstPause = Duration.milliseconds(50)
    /// So long a transaction waits for Kafka; then it ends, that it does not hold up the database's housekeeping.
    private static let patience = Duration.seconds(30)

    /// Portions in one transaction.
    private static let mostPortions = 8

    /// After so many rows at once, more are on their way: the next are gathered for a moment, since each round makes Kafka and the database
    /// write to their disk once for every topic and partition, and accepting waits for the same disk.
    private static let busy = 16
    private static let gathering = Duration.milliseconds(10)

    /// The connection that holds the lock of this database's relay; nil when none does.
    package static let holder = Query<StatusReport.RelayHolder?>.first("""
        SELECT pid, host(client_addr), state_change FROM pg_locks JOIN pg_stat_activity USING (pid)
        WHERE locktype = 'advisory' AND granted AND objsubid = 1 AND datname = current_database()
          AND (classid::bigint << 32 | objid::bigint) = \(lockKey) LIMIT 1
        """) { row in
        StatusReport.RelayHolder(process: try row.column(0), client: try row.column(1), since: try row.column(2))
    }

    static let lockKey: Int64 = 0x7368_616e_7972_6171

    public init(database: Database, kafka: KafkaOptions, prefix: String, batchSize: Int = 1000) {
        MessagingMetrics.declare()
        self.database = database
        self.kafka = kafka
        self.prefix = prefix
        self.batchSize = batchSize
    }

    public func start() { task = Loop.spawn { await self.run() } }

    /// Something was committed that waits in the outbox.
    public func wake() { wakeUp.succeed(()) }

    /// Ends after the batch in flight; what is not acknowledged stays in the outbox.
    public func stop() async {
        isStopping = true
        wake()
        let deadline = Loop.timer(after: .seconds(2)) { [task] in task?.cancel() }
        await task?.value
        deadline.cancel()
        await producer?.close(within: .seconds(1))
        producer = nil
        state = .stopped
    }

    private func run() async {
        while !isStopping && !Task.isCancelled {
            do {
                try await relayUntilLost()
            } catch {
                if Task.isCancelled { return }
                Log.warning("relay interrupted", ["error": "\(error)", "retry_in": "\(pause)"])
            }
            if isStopping { return }
            try? await Loop.sleep(for: pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    private func relayUntilLost() async throws {
        let session = try await database.session()
        do {
            // A statement that does not come back would hold the lock, and no other instance could take over.
            try await session.execute("SET statement_timeout = '30s'")
            // A plan made while the outbox was empty would read the whole table for every batch.
            try await session.execute("SET enable_seqscan = off")
            while try await !session.tryAdvisoryLock(Self.lockKey) {
                state = .standingBy
                try await Loop.sleep(for: .milliseconds(500))
                if isStopping { await session.close(); return }
            }
            timeline = try await session.fetch(Timelines.present)
            state = .relaying
            var idle = Duration.milliseconds(20)
            while !isStopping {
                wakeUp = Promise<Void>()
                let sent = try await relayOnce(session)
                if sent == 0 {
                    let awaited = wakeUp
                    let timer = Loop.timer(after: idle) { awaited.succeed(()) }
                    try await awaited.value()
                    timer.cancel()
                    idle = min(idle * 2, .milliseconds(250))
                } else {
                    idle = .milliseconds(20)
                    if sent >= Self.busy, sent < batchSize { try await Loop.sleep(for: Self.gathering) }
                }
            }
            await session.close()
        } catch {
            await session.close()
            throw error
        }
    }

    /// What was taken out and given to Kafka in one go.
    private struct Portion {
        let rows: [OutboxRow]
        let dispatch: Dispatch
    }

    private func relayOnce(_ session: Session) async throws -> Int {
        let producer = try currentProducer()
        do {
            return try await relay(by: producer, session)
        } catch {
            MessagingMetrics.relayFailures.increment()
            if producer.isFatal || error is TimeoutError { replace(producer, because: error) }
            throw error
        }
    }

    /// One transaction. While Kafka takes a portion the database gives out the next; it commits when all are acknowledged.
    ///
    /// Kafka has one portion at a time, and takes it whole.
    private func relay(by producer: Producer, _ session: Session) async throws -> Int {
        try await session.transaction { lease in
            let timer = Loop.timer(after: .seconds(2)) { self.state = .waitingForKafka }
            defer { timer.cancel() }
            var sent = 0, portions = 0
            var landed: [TopicPartition: ClosedRange<Int64>] = [:]
            var last: Portion?
            repeat {
                var rows = try await lease.fetch(Outbox.take(self.batchSize, where: self.held.condition()))
                if let last { sent += try await self.settle(last, by: producer, in: lease, &landed) }
                // What the portion before has shown to be refused waits, with all that is behind it; the producer saw to its own portion.
                for row in rows where self.held.contains(row) { lease.collect(Outbox.putBack(row)) }
                rows.removeAll { self.held.contains($0) }
                if !rows.isEmpty { MessagingMetrics.relayBatch.observe(Double(rows.count)) }
                last = rows.isEmpty ? nil : Portion(rows: rows, dispatch: try producer.dispatch(self.records(of: rows), atOnce: true))
                portions += 1
            } while last?.rows.count == self.batchSize && portions < Relay.mostPortions && !self.isStopping
            if let last { sent += try await self.settle(last, by: producer, in: lease, &landed) }
            if !landed.isEmpty { lease.collect(Published.mark(landed, timeline: self.timeline)) }
            self.state = .relaying
            self.pause = Relay.firstPause
            MessagingMetrics.relayed.increment(by: sent)
            return sent
        }
    }

    /// Waits until a portion is acknowledged and says how many rows of it are; what Kafka refused goes back to its place.
    private func settle(
        _ portion: Portion, by producer: Producer, in lease: Lease, _ landed: inout [TopicPartition: ClosedRange<Int64>]
    ) async throws -> Int {
        defer {
            landed.merge(portion.dispatch.landed) { min($0.lowerBound, $1.lowerBound)...max($0.upperBound, $1.upperBound) }
        }
        do {
            try await withTimeout(Relay.patience) { try await portion.dispatch.acknowledged() }
            return portion.rows.count
        } catch let error as KafkaError where !error.failedIndices.isEmpty && !producer.isFatal {
            // The rest is acknowledged; these stay, and their keys or topics are left alone for a while.
            MessagingMetrics.relayFailures.increment()
            let refused = error.failedIndices.map { portion.rows[$0] }
            for row in refused { lease.collect(Outbox.putBack(row)) }
            held.add(refused, because: error)
            return portion.rows.count - refused.count
        }
    }

    /// What this producer still holds must not leave after the rows have been sent by another.
    private func replace(_ producer: Producer, because error: any Error) {
        Log.error("a new producer is made", ["error": "\(error)"])
        self.producer = nil
        Loop.spawn { await producer.close(within: .zero) }
    }

    private func records(of rows: [OutboxRow]) -> [KafkaRecord] {
        var topics: [String: String] = [:]
        return rows.map { row in
            let topic = topics[row.topic] ?? "\(prefix).\(row.topic)"
            topics[row.topic] = topic
            return KafkaRecord(topic: topic, key: Array(row.key.utf8), value: row.payload, packed: row.headers)
        }
    }

    private func currentProducer() throws -> Producer {
        if let producer { return producer }
        // Long enough that no part of a portion leaves before the rest is there: the library spins while more requests wait than may be under way.
        let made = try Producer(kafka, linger: .milliseconds(20))
        producer = made
        return made
    }
}
