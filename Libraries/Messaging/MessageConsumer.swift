package import Contracts
public import EventLoop
package import FoundationEssentials
package import Kafka
package import Postgres
import Telemetry

/// Lets messages take effect once: the inbox entry commits with the effect, the offset is committed afterwards.
///
/// Keys go side by side, the messages of one key in order. A transient fault is tried again as long as it lasts; what can
/// never succeed is parked, and later messages of its key behind it.
@Loop public final class MessageConsumer {
    let name: String
    let database: Database
    let place: WorkPlace
    let clock: LawClock
    private let handlers: [String: MessageHandler]
    private let passedOver: Set<String>
    let crashes: CrashWatch
    /// Up to which offset of a partition a process before may have ended.
    var doubtful: [TopicPartition: Int64] = [:]
    /// The partitions of which the last batch brought only messages that had not been here before.
    var onlyNew: Set<TopicPartition> = []
    private let prefix: String
    private var consumer: Consumer?
    private var isStopping = false

    /// - Parameters:
    ///   - passedOver: types that the topics may carry and this service does not need; anything else unknown is parked.
    ///   - crashes: what it shares with the service's timers; its own when nil.
    package init(
        service: ServiceName, database: Database, place: WorkPlace, clock: LawClock, kafka: KafkaOptions, prefix: String,
        instanceID: String?, handlers: [MessageHandler], passedOver: Set<String>, crashes: CrashWatch? = nil
    ) throws {
        name = service.rawValue
        self.database = database
        self.place = place
        self.clock = clock
        self.handlers = Dictionary(handlers.map { ($0.type, $0) }) { first, _ in first }
        self.passedOver = passedOver
        self.crashes = crashes ?? CrashWatch(database)
        self.prefix = prefix
        let topics = Set(handlers.map { $0.topic.name(prefix: prefix) }).sorted()
        guard !topics.isEmpty else { return }
        let group = "\(prefix).\(name)"
        consumer = try Consumer(kafka, group: group, instanceID: instanceID, topics: topics) { [unowned self] batch in
            await self.handle(batch)
        }
    }

    /// Only a consumer that stops, or has lost the partition, leaves a batch undone.
    private static let notDone = "the service stops, or the partition went to another instance"

    public func start() { consumer?.start() }

    /// Finishes what is held, commits it, and leaves the group.
    public func stop() async {
        isStopping = true
        await consumer?.stop(within: .seconds(4))
    }

    /// What takes effect here, by topic and type.
    package var handled: [StatusReport.Handled] {
        handlers.values.map { StatusReport.Handled(topic: $0.topic.name(prefix: prefix), type: $0.type) }
            .sorted { ($0.topic, $0.type) < ($1.topic, $1.type) }
    }

    /// Those of some messages that have neither taken effect here nor been parked.
    package func unknown(_ ids: [UUID]) -> Query<[UUID]> {
        Query.all("""
            SELECT asked.id FROM unnest(\(ids)) AS asked (id)
            WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE consumer = \(name) AND message_id = asked.id)
              AND NOT EXISTS (SELECT 1 FROM parked WHERE consumer = \(name) AND message_id = asked.id)
            """) { try $0.column(0) }
    }

    /// How far it is behind, by topic; nil where the broker has not said yet.
    package var lag: [StatusReport.Lag] {
        var byTopic: [String: Int64?] = [:]
        for status in consumer?.status ?? [] {
            let known = byTopic[status.partition.topic] ?? 0
            byTopic[status.partition.topic] = .some(status.lag.flatMap { lag in known.map { $0 + lag } })
        }
        return byTopic.sorted { $0.key < $1.key }.map { StatusReport.Lag(consumer: name, topic: $0.key, messages: $0.value) }
    }

    /// How far each of its partitions is behind, as far as the broker has said.
    package var lagByPartition: [(topic: String, partition: Int32, messages: Int64)] {
        (consumer?.status ?? []).compactMap { status in
            status.lag.map { (status.partition.topic, status.partition.partition, $0) }
        }
    }

    private func handle(_ batch: PartitionBatch) async -> BatchOutcome {
        MessagingMetrics.consumerBatch.observe(Double(batch.records.count))
        var lanes = KeyLane.lanes(of: batch.records)
        let partition = TopicPartition(batch.topic, batch.partition)
        // What another instance had begun comes again.
        if !batch.followsCommit { onlyNew.remove(partition) }
        guard let (waiting, discarded) = await retrying({ try await self.whatIsParked(of: batch, lanes) }) else {
            return .stop(MessageConsumer.notDone)
        }
        for index in lanes.indices where !waiting.isEmpty || !discarded.isEmpty {
            lanes[index].isBlocked = lanes[index].key.map { waiting.contains($0) } ?? false
            if !discarded.isEmpty { lanes[index].records.removeAll { discarded.contains(ParkedMessages.messageID($0)) } }
        }
        if isDoubtful(batch) { return await handleCarefully(batch, lanes) ? .done : .stop(MessageConsumer.notDone) }
        guard let alone = await takeEffectTogether(lanes, of: partition), await handleSideBySide(alone) else { return .stop(MessageConsumer.notDone) }
        return .done
    }

    /// Keys side by side, a transaction for each message; false when the service stops or the partition was taken away.
    private func handleSideBySide(_ lanes: [KeyLane]) async -> Bool {
        var taken = 0
        func next() -> KeyLane? {
            guard taken < lanes.count else { return nil }
            taken += 1
            return lanes[taken - 1]
        }
        let runners = (0..<min(16, lanes.count)).map { _ in
            Loop.start {
                while let lane = next() {
                    guard await self.handleInOrder(lane.records, isBlocked: lane.isBlocked) else { return false }
                }
                return true
            }
        }
        return await withTaskCancellationHandler {
            var isDone = true
            for runner in runners { isDone = await (try? runner.value) == true && isDone }
            return isDone
        } onCancel: {
            for runner in runners { runner.cancel() }
        }
    }

    /// The keys behind which later messages wait, and what of the batch an operator has discarded when it came before.
    private func whatIsParked(of batch: PartitionBatch, _ lanes: [KeyLane]) async throws -> (waiting: Set<[UInt8]>, discarded: Set<UUID>) {
        let waiting = ParkedMessages.waitingKeys(consumer: name, topic: batch.topic, among: lanes.compactMap(\.key))
        let discarded = ParkedMessages.discarded(consumer: name, of: batch)
        var statements = [waiting.statement, discarded.statement]
        let begun = batch.followsCommit ? nil : crashes.begin(batch, consumer: name)
        if let begun { statements.append(begun.statement) }
        let rows = try await database.run(Batch(statements: statements, mayRunAgain: true))
        if let begun { doubtful[TopicPartition(batch.topic, batch.partition)] = try begun.decode(rows[2]) }
        return (Set(try waiting.decode(rows[0])), Set(try discarded.decode(rows[1])))
    }

    private func handleInOrder(_ records: [ConsumedRecord], isBlocked: Bool) async -> Bool {
        var isBlocked = isBlocked
        for record in records {
            if isBlocked {
                guard await keep([ParkedMessages.parkBehind(record, consumer: name, at: .now)]) else { return false }
                continue
            }
            switch await handle(record) {
            case .effect: continue
            case .parked: isBlocked = record.key != nil
            case .abandoned: return false
            }
        }
        return true
    }

    enum Outcome { case effect, parked, abandoned }

    /// - Parameter isDoubtful: a process may have ended on it, which is noted before its handler is called.
    func handle(_ record: ConsumedRecord, isDoubtful: Bool = false) async -> Outcome {
        // What is logged of it belongs to the journey of who sent it, a message that is parked first of all.
        let sent = record.header("traceparent").flatMap { String(validating: $0.prefix(512), as: UTF8.self) }
        return await TraceContext.$current.withValue(.received(sent)) { await handleTraced(record, isDoubtful) }
    }

    private func handleTraced(_ record: ConsumedRecord, _ isDoubtful: Bool) async -> Outcome {
        do {
            guard let arrival = try arrival(record) else { return .effect }
            let isDone: Bool? = try await retryingTransient {
                try await self.take(arrival, isDoubtful)
                return true
            }
            Log.debug("message handled", ["type": "\(arrival.handler.type)", "id": "\(arrival.attributes[.id] ?? "")", "topic": "\(record.topic)"])
            return isDone == nil ? .abandoned : .effect
        } catch {
            if error is CancellationError || Task.isCancelled { return .abandoned }
            Log.error("message parked", [
                "topic": "\(record.topic)", "partition": "\(record.partition)", "offset": "\(record.offset)", "error": "\(error)",
            ])
            MessagingMetrics.parked.increment()
            let parked = ParkedMessages.park(record, consumer: name, error: "\(error)", at: .now)
            // What ends the process keeps its note, in case it comes again.
            let isNoteUseless = isDoubtful && !(error is EndsTheProcess)
            let rest = isNoteUseless ? [CrashWatch.end(ParkedMessages.messageID(record), consumer: name)] : []
            return await keep([parked] + rest) ? .parked : .abandoned
        }
    }

    /// Nil for a message that does not concern this service.
    ///
    /// - Throws: when it is no CloudEvent, or of a type that nobody knows.
    func arrival(_ record: ConsumedRecord) throws -> Arrival? {
        let attributes = try Attributes(record)
        let type = attributes[.type] ?? ""
        if let handler = handlers[type] { return Arrival(attributes, handler) }
        guard passedOver.contains(type) else { throw UnknownMessage(type: type) }
        return nil
    }

    /// Inbox entry and effect in one transaction; a message that was here before has no second effect.
    private func take(_ arrival: Arrival, _ isDoubtful: Bool) async throws {
        let work = try await database.transaction { lease -> Work? in
            guard try await !lease.fetch(Inbox.enter(consumer: self.name, ids: [arrival.id])).isEmpty else { return nil }
            if isDoubtful { try await self.crashes.begin(arrival.id, consumer: self.name) }
            let work = try await self.apply(arrival, in: lease)
            if isDoubtful { work.save(CrashWatch.end(arrival.id, consumer: self.name)) }
            work.handOver(to: lease)
            return work
        }
        work?.committed()
        (work == nil ? MessagingMetrics.duplicates : MessagingMetrics.handled).increment()
    }

    /// The effect of one message, collected and not yet handed over.
    private func apply(_ arrival: Arrival, in lease: Lease) async throws -> Work {
        let message = arrival.message
        let caller = Caller.service(message.sender ?? place.service)
        switch arrival.handler.shape {
        case .decide(let body), .decideByKey(let body):
            let work = Decide(caller: caller, now: clock.now, place: place, lease: lease)
            try await body(message, work)
            return work
        case .write(let body):
            let work = Write(caller: caller, now: clock.now, place: place)
            try body(message, work)
            return work
        case .writeMany(let body):
            let work = Write(caller: caller, now: clock.now, place: place)
            try body([arrival], work)
            return work
        }
    }

    func keep(_ parked: [Statement]) async -> Bool {
        await retrying {
            _ = try await self.database.run(Batch(statements: parked, key: "parked", mayRunAgain: true))
            return true
        } ?? false
    }

    /// Applies a parked message again, in its order; the operator's own statements commit with it.
    ///
    /// A parked timer goes back to the timers and is due at once.
    package func replay(_ id: UUID, reason: String?, and more: [Statement]) async throws -> ReplayOutcome {
        let work = try await database.transaction { lease -> Work? in
            guard let parked = try await lease.fetch(ParkedMessages.lockFirst(id)) else { return nil }
            var work: Work = Write(caller: .service(self.place.service), now: self.clock.now, place: self.place)
            if parked.consumer == ParkedMessages.timerConsumer {
                work.save(TimerTable.restore(parked, at: self.clock.now))
            } else {
                let record = try parked.record()
                guard let arrival = try self.arrival(record) else { throw UnknownMessage(type: try CloudEvent(record).type) }
                if try await !lease.fetch(Inbox.enter(consumer: self.name, ids: [arrival.id])).isEmpty {
                    work = try await self.apply(arrival, in: lease)
                }
            }
            work.save(ParkedMessages.finish(id, state: "replayed", reason: reason))
            for statement in more { work.save(statement) }
            work.handOver(to: lease)
            return work
        }
        work?.committed()
        place.wakeTimers()
        return work == nil ? .notFirst : .replayed
    }

    /// After a message was replayed or discarded: those that only waited behind it, in order, until one fails by itself.
    package func release(behind row: ParkedRow) async throws {
        while let next = try await database.fetch(ParkedMessages.nextBehind(row)) {
            do {
                guard try await replay(next, reason: "its key is free again", and: []) == .replayed else { return }
            } catch where !isTransient(error) {
                Log.error("a message that waited fails by itself", ["id": "\(next.text)", "error": "\(error)"])
                _ = try await database.run(Batch(
                    statements: [ParkedMessages.failedAgain(next, error: "\(error)")], key: "parked", mayRunAgain: true))
                return
            }
        }
    }

    /// Tries until it succeeds; nil when the service stops or the partition was taken away.
    private func retrying<T: Sendable>(_ body: @Loop () async throws -> T) async -> T? {
        do { return try await retryingTransient(orAny: true, body) } catch { return nil }
    }

    /// - Parameter most: so often a fault that company may have brought is met before it is thrown.
    func retryingTransient<T: Sendable>(orAny: Bool = false, most: Int = .max, _ body: @Loop () async throws -> T) async throws -> T? {
        var pause = Duration.milliseconds(20)
        var refusals = 0
        var timeouts = 0
        while true {
            if isStopping || Task.isCancelled { return nil }
            do {
                return try await body()
            } catch where orAny && !(error is CancellationError) || isTransient(error) || isTooSlow(error) {
                if isOfCompany(error) { refusals += 1 }
                if isTooSlow(error) { timeouts += 1 }
                if refusals >= most || !orAny && timeouts >= min(most, mostTimeouts) { throw error }
                Log.warning("tried again", ["consumer": "\(name)", "error": "\(error)", "in": "\(pause)"])
                try await Loop.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
}

/// What became of a replay: a message waits until those before it under its key are done with.
package enum ReplayOutcome: Sendable { case replayed, notFirst }

/// A fault of the moment: the database away, a lock, a serialisation failure, numbers not at hand.
func isTransient(_ error: any Error) -> Bool {
    if let error = error as? PostgresError { return error.isRetriable }
    return error is NumbersExhausted
}

/// A statement that took longer than it may: tried again some times, since another time it may be quicker.
func isTooSlow(_ error: any Error) -> Bool { (error as? PostgresError)?.isStatementTimeout ?? false }

/// So often a message or timer may be too slow before it is parked.
let mostTimeouts = 5

/// Whether less work in one transaction may get around the fault.
private func isOfCompany(_ error: any Error) -> Bool {
    if let error = error as? PostgresError { return error.sqlState.map { ["40001", "40P01", "55P03"].contains($0) } ?? false }
    return error is NumbersExhausted
}

enum Inbox {
    /// Those of the messages that are here for the first time.
    static func enter(consumer: String, ids: [UUID]) -> Query<[UUID]> {
        Query.all("""
            INSERT INTO inbox (consumer, message_id, at) SELECT \(consumer), id, \(Timestamp.now) FROM unnest(\(ids)) AS id
            ON CONFLICT DO NOTHING RETURNING message_id
            """) { try $0.column(0) }
    }

    /// Enters messages of which none was here before; fails where one was.
    static func enterNew(consumer: String, ids: [UUID]) -> Statement {
        "INSERT INTO inbox (consumer, message_id, at) SELECT \(consumer), id, \(Timestamp.now) FROM unnest(\(ids)) AS id"
    }
}

/// A message of a type that no contract declares for its topic.
struct UnknownMessage: Error, CustomStringConvertible {
    var type: String
    var description: String { "no contract declares messages of type \(type.prefix(200)) on this topic" }
}
