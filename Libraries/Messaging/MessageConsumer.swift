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
    private let name: String
    private let database: Database
    private let place: WorkPlace
    private let clock: LawClock
    private let handlers: [String: MessageHandler]
    private let passedOver: Set<String>
    private var consumer: Consumer?
    private var isStopping = false

    /// - Parameter passedOver: types that the topics may carry and this service does not need; anything else unknown is parked.
    package init(
        service: ServiceName, database: Database, place: WorkPlace, clock: LawClock, kafka: KafkaOptions, prefix: String,
        instanceID: String?, handlers: [MessageHandler], passedOver: Set<String>
    ) throws {
        name = service.rawValue
        self.database = database
        self.place = place
        self.clock = clock
        self.handlers = Dictionary(handlers.map { ($0.type, $0) }) { first, _ in first }
        self.passedOver = passedOver
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
        let lanes = Lanes(batch.records)
        guard let (waiting, discarded) = await retrying({ try await self.whatIsParked(of: batch, lanes) }) else {
            return .stop(MessageConsumer.notDone)
        }
        let runners = (0..<min(16, lanes.count)).map { _ in
            Loop.start {
                while let (key, records) = lanes.next() {
                    let isBlocked = key.map { waiting.contains($0) } ?? false
                    let remaining = discarded.isEmpty ? records : records.filter { !discarded.contains(ParkedMessages.messageID($0)) }
                    guard await self.handleInOrder(remaining, isBlocked: isBlocked) else { return false }
                }
                return true
            }
        }
        return await withTaskCancellationHandler {
            var isDone = true
            for runner in runners { isDone = await (try? runner.value) == true && isDone }
            return isDone ? .done : .stop(MessageConsumer.notDone)
        } onCancel: {
            for runner in runners { runner.cancel() }
        }
    }

    /// The keys behind which later messages wait, and what of the batch an operator has discarded when it came before.
    private func whatIsParked(of batch: PartitionBatch, _ lanes: Lanes) async throws -> (waiting: Set<[UInt8]>, discarded: Set<UUID>) {
        let waiting = ParkedMessages.waitingKeys(consumer: name, topic: batch.topic, among: lanes.keys)
        let discarded = ParkedMessages.discarded(consumer: name, of: batch)
        let rows = try await database.run(Batch(statements: [waiting.statement, discarded.statement], mayRunAgain: true))
        return (Set(try waiting.decode(rows[0])), Set(try discarded.decode(rows[1])))
    }

    private func handleInOrder(_ records: [ConsumedRecord], isBlocked: Bool) async -> Bool {
        var isBlocked = isBlocked
        for record in records {
            if isBlocked {
                guard await keep(ParkedMessages.parkBehind(record, consumer: name, at: .now)) else { return false }
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

    private enum Outcome { case effect, parked, abandoned }

    private func handle(_ record: ConsumedRecord) async -> Outcome {
        // What is logged of it belongs to the journey of who sent it, a message that is parked first of all.
        let sent = record.header("traceparent").flatMap { String(validating: $0.prefix(512), as: UTF8.self) }
        return await TraceContext.$current.withValue(.received(sent)) { await handleTraced(record) }
    }

    private func handleTraced(_ record: ConsumedRecord) async -> Outcome {
        do {
            let message = try CloudEvent(record)
            guard let handler = handlers[message.type] else {
                if passedOver.contains(message.type) { return .effect }
                throw UnknownMessage(type: message.type)
            }
            let isDone: Bool? = try await retryingTransient {
                try await self.take(record, message, handler)
                return true
            }
            Log.debug("message handled", ["type": "\(message.type)", "id": "\(message.id)", "topic": "\(record.topic)"])
            return isDone == nil ? .abandoned : .effect
        } catch {
            if error is CancellationError || Task.isCancelled { return .abandoned }
            Log.error("message parked", [
                "topic": "\(record.topic)", "partition": "\(record.partition)", "offset": "\(record.offset)", "error": "\(error)",
            ])
            MessagingMetrics.parked.increment()
            return await keep(ParkedMessages.park(record, consumer: name, error: "\(error)", at: .now)) ? .parked : .abandoned
        }
    }

    /// Inbox entry and effect in one transaction; a message that was here before has no second effect.
    private func take(_ record: ConsumedRecord, _ message: CloudEvent, _ handler: MessageHandler) async throws {
        let work = try await database.transaction { lease -> Decide? in
            let work = Decide(caller: .service(message.sender ?? self.place.service), now: self.clock.now, place: self.place, lease: lease)
            guard try await lease.fetch(Inbox.enter(consumer: self.name, id: message.inboxID)) else { return nil }
            try await handler.apply(message, work)
            work.handOver()
            return work
        }
        work?.committed()
        (work == nil ? MessagingMetrics.duplicates : MessagingMetrics.handled).increment()
    }

    private func keep(_ parked: Statement) async -> Bool {
        await retrying {
            _ = try await self.database.run(Batch(statements: [parked], key: "parked", mayRunAgain: true))
            return true
        } ?? false
    }

    /// Applies a parked message again, in its order; the operator's own statements commit with it.
    ///
    /// A parked timer goes back to the timers and is due at once.
    package func replay(_ id: UUID, reason: String?, and more: [Statement]) async throws -> ReplayOutcome {
        let work = try await database.transaction { lease -> Decide? in
            guard let parked = try await lease.fetch(ParkedMessages.lockFirst(id)) else { return nil }
            let work: Decide
            if parked.consumer == ParkedMessages.timerConsumer {
                work = Decide(caller: .service(self.place.service), now: self.clock.now, place: self.place, lease: lease)
                work.save(TimerTable.restore(parked, at: self.clock.now))
            } else {
                let message = try CloudEvent(try parked.record())
                guard let handler = self.handlers[message.type] else { throw UnknownMessage(type: message.type) }
                work = Decide(caller: .service(message.sender ?? self.place.service), now: self.clock.now, place: self.place, lease: lease)
                if try await lease.fetch(Inbox.enter(consumer: self.name, id: message.inboxID)) {
                    try await handler.apply(message, work)
                }
            }
            work.save(ParkedMessages.finish(id, state: "replayed", reason: reason))
            for statement in more { work.save(statement) }
            work.handOver()
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

    private func retryingTransient<T: Sendable>(orAny: Bool = false, _ body: @Loop () async throws -> T) async throws -> T? {
        var pause = Duration.milliseconds(20)
        while true {
            if isStopping || Task.isCancelled { return nil }
            do {
                return try await body()
            } catch where orAny && !(error is CancellationError) || isTransient(error) {
                Log.warning("tried again", ["consumer": "\(name)", "error": "\(error)", "in": "\(pause)"])
                try await Loop.sleep(for: pause)
                pause = min(pause * 2, .seconds(5))
            }
        }
    }
}

/// The records of a batch by key, in their order, for several tasks to take one key at a time.
@Loop private final class Lanes {
    private var lanes: [(key: [UInt8]?, records: [ConsumedRecord])] = []
    private var taken = 0

    init(_ records: [ConsumedRecord]) {
        var places: [[UInt8]?: Int] = [:]
        for record in records {
            if let place = places[record.key] {
                lanes[place].records.append(record)
            } else {
                places[record.key] = lanes.count
                lanes.append((record.key, [record]))
            }
        }
    }

    var count: Int { lanes.count }
    var keys: [[UInt8]] { lanes.compactMap(\.key) }

    func next() -> (key: [UInt8]?, records: [ConsumedRecord])? {
        guard taken < lanes.count else { return nil }
        taken += 1
        return lanes[taken - 1]
    }
}

/// What became of a replay: a message waits until those before it under its key are done with.
package enum ReplayOutcome: Sendable { case replayed, notFirst }

/// A fault of the moment: the database away, a lock, a serialisation failure, numbers not at hand.
func isTransient(_ error: any Error) -> Bool {
    if let error = error as? PostgresError { return error.isRetriable }
    return error is NumbersExhausted
}

enum Inbox {
    /// True when the message is here for the first time.
    static func enter(consumer: String, id: UUID) -> Query<Bool> {
        Query("INSERT INTO inbox (consumer, message_id, at) VALUES (\(consumer), \(id), \(Timestamp.now)) ON CONFLICT DO NOTHING RETURNING true") {
            !$0.isEmpty
        }
    }
}

/// A message of a type that no contract declares for its topic.
struct UnknownMessage: Error, CustomStringConvertible {
    var type: String
    var description: String { "no contract declares messages of type \(type.prefix(200)) on this topic" }
}
