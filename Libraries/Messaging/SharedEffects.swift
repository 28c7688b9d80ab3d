import Contracts
import EventLoop
import FoundationEssentials
import Kafka
import Postgres
import Telemetry

/// The records of one key of a batch, in their order; those without a key are one lane too.
struct KeyLane: Sendable {
    let key: [UInt8]?
    var records: [ConsumedRecord]
    /// An earlier message of the key is parked.
    var isBlocked = false

    static func lanes(of records: [ConsumedRecord]) -> [KeyLane] {
        var lanes: [KeyLane] = []
        var places: [[UInt8]?: Int] = [:]
        lanes.reserveCapacity(records.count)
        places.reserveCapacity(records.count)
        for record in records {
            if let place = places[record.key] {
                lanes[place].records.append(record)
            } else {
                places[record.key] = lanes.count
                lanes.append(KeyLane(key: record.key, records: [record]))
            }
        }
        return lanes
    }
}

/// A lane whose messages are read, and may share a transaction with others.
private struct ReadLane: Sendable {
    let lane: KeyLane
    let arrivals: [Arrival]

    /// Whether one of them asks the store before it decides.
    var decides: Bool { arrivals.contains { $0.handler.shape.decides } }
}

/// A message on its way to its handler; what nobody asks for stays in the record.
final class Arrival: Sendable {
    let attributes: Attributes
    /// The inbox's.
    let id: UUID
    let handler: MessageHandler

    init(_ attributes: Attributes, _ handler: MessageHandler) {
        self.attributes = attributes
        id = attributes.inboxID
        self.handler = handler
    }

    /// Made anew each time.
    var message: CloudEvent { CloudEvent(attributes) }
}

extension MessageHandler.Shape {
    fileprivate var decides: Bool {
        switch self {
        case .decide, .decideByKey: true
        case .write, .writeMany: false
        }
    }

    /// Whether what it is given at a time has no two messages of one key.
    fileprivate var hasOneOfAKey: Bool {
        switch self {
        case .decideByKey, .writeMany: true
        case .decide, .write: false
        }
    }
}

/// Messages for one call of a handler, side by side, or one after another for one that takes them singly.
private struct Wave {
    let handler: MessageHandler
    var arrivals: [Arrival] = []
}

// Messages share transactions, as requests do: those of handlers that ask nothing by the batch, those of handlers that decide some at a
// time, since they hold the rows that they ask for.
extension MessageConsumer {
    /// Lets messages take effect in shared transactions, and tells what is left: keys with messages that cannot be read, wait behind parked
    /// ones, or failed. Nil when the service stops or the partition was taken away.
    func takeEffectTogether(_ lanes: [KeyLane], of partition: TopicPartition) async -> [KeyLane]? {
        var left: [KeyLane] = []
        var shared: [ReadLane] = []
        for lane in lanes {
            if let read = read(lane) { shared.append(read) } else { left.append(lane) }
        }
        let (deciding, writing) = (shared.filter(\.decides), shared.filter { !$0.decides })
        guard let failed = await takeTogether(writing[...], of: partition) else { return nil }
        left += failed
        for start in stride(from: 0, to: deciding.count, by: Self.mostDeciding) {
            guard let failed = await takeTogether(deciding[start..<min(start + Self.mostDeciding, deciding.count)], of: partition) else { return nil }
            left += failed
        }
        return left
    }

    /// So many keys whose handlers decide go into one transaction: each keeps its rows locked until the commit.
    private static let mostDeciding = 32

    /// Nil when it must be handled by itself.
    private func read(_ lane: KeyLane) -> ReadLane? {
        guard !lane.isBlocked else { return nil }
        var arrivals: [Arrival] = []
        arrivals.reserveCapacity(lane.records.count)
        for record in lane.records {
            do {
                if let arrival = try arrival(record) { arrivals.append(arrival) }
            } catch {
                return nil
            }
        }
        return ReadLane(lane: lane, arrivals: arrivals)
    }

    /// All in one transaction; if that cannot be, each half in one, until those that fail stand alone.
    private func takeTogether(_ lanes: ArraySlice<ReadLane>, of partition: TopicPartition) async -> [KeyLane]? {
        if lanes.isEmpty { return [] }
        do {
            let isDone: Void? = try await retryingTransient(most: 2) { try await self.take(lanes, of: partition) }
            return isDone.map { [] }
        } catch {
            if error is CancellationError || Task.isCancelled { return nil }
            guard lanes.count > 1 else { return lanes.map(\.lane) }
            let middle = lanes.startIndex + lanes.count / 2
            guard let first = await takeTogether(lanes[..<middle], of: partition), let second = await takeTogether(lanes[middle...], of: partition)
            else { return nil }
            return first + second
        }
    }

    /// Inbox entries and effects, then the commit: one round trip, and those of handlers that ask.
    ///
    /// Nearly all messages come once, so they are taken to be new, and the inbox refuses what is not. After that, or whatever else kept them
    /// from their effect, the inbox is asked first which of a partition's messages are new, until a batch has brought only such: a round trip
    /// more, and twice the work for each entry.
    private func take(_ lanes: ArraySlice<ReadLane>, of partition: TopicPartition) async throws {
        let ids = lanes.flatMap { $0.arrivals.map(\.id) }
        if ids.isEmpty { return }
        if onlyNew.contains(partition) {
            do {
                return try await takeNew(lanes, ids)
            } catch where !isTransient(error) && !isTooSlow(error) && !(error is CancellationError) {
                onlyNew.remove(partition)
            }
        }
        let (works, fresh) = try await database.transaction { lease in
            let fresh = try await lease.fetch(Inbox.enter(consumer: self.name, ids: ids))
            return (try await self.apply(Self.waves(lanes, fresh: Set(fresh)), in: lease), fresh.count)
        }
        if fresh == ids.count { onlyNew.insert(partition) }
        tell(works, new: fresh, repeated: ids.count - fresh)
    }

    private func takeNew(_ lanes: ArraySlice<ReadLane>, _ ids: [UUID]) async throws {
        let works = try await database.transaction { lease in
            lease.collect(Inbox.enterNew(consumer: self.name, ids: ids))
            return try await self.apply(Self.waves(lanes, fresh: nil), in: lease)
        }
        tell(works, new: ids.count, repeated: 0)
    }

    private func apply(_ waves: [Wave], in lease: Lease) async throws -> [Work] {
        var works: [Work] = []
        for wave in waves { works += try await apply(wave, in: lease) }
        return works
    }

    private func tell(_ works: [Work], new: Int, repeated: Int) {
        for work in works { work.committed() }
        MessagingMetrics.handled.increment(by: new)
        MessagingMetrics.duplicates.increment(by: repeated)
    }

    /// The messages by handler, in as few calls as keep the order within each key.
    ///
    /// - Parameter fresh: the messages that were not here before; nil when none was.
    private static func waves(_ lanes: ArraySlice<ReadLane>, fresh: Set<UUID>?) -> [Wave] {
        var fresh = fresh
        var waves: [Wave] = []
        for lane in lanes {
            var earliest = 0
            for arrival in lane.arrivals where fresh == nil || fresh?.remove(arrival.id) != nil {
                let place = waves[earliest...].firstIndex { $0.handler.type == arrival.handler.type } ?? waves.count
                if place == waves.count { waves.append(Wave(handler: arrival.handler)) }
                waves[place].arrivals.append(arrival)
                earliest = place
                if arrival.handler.shape.hasOneOfAKey { earliest += 1 }
            }
        }
        return waves
    }

    private func decide(_ arrival: Arrival, _ body: @Loop (CloudEvent, Decide) async throws -> Void, in lease: Lease) async throws -> Work {
        let message = arrival.message
        let work = Decide(caller: .service(message.sender ?? place.service), now: clock.now, place: place, lease: lease)
        try await TraceContext.$current.withValue(message.trace) {
            try await body(message, work)
            Self.tell(message)
        }
        return work
    }

    private static func tell(_ message: CloudEvent) {
        Log.debug("message handled", ["type": "\(message.type)", "id": "\(message.id)"])
    }

    /// What the messages do, handed over to the transaction in their order.
    private func apply(_ wave: Wave, in lease: Lease) async throws -> [Work] {
        switch wave.handler.shape {
        case .decide(let body):
            var works: [Work] = []
            for arrival in wave.arrivals {
                // What came before is there when this one asks.
                lease.sendAhead()
                let work = try await decide(arrival, body, in: lease)
                work.handOver(to: lease)
                works.append(work)
            }
            return works
        case .decideByKey(let body):
            lease.sendAhead()
            let works = try await lease.sideBySide(wave.arrivals.map { arrival in { try await self.decide(arrival, body, in: lease) } })
            Work.handOver(works, to: lease)
            return works
        case .write(let body):
            return try wave.arrivals.map { arrival in
                let message = arrival.message
                let work = Write(caller: .service(message.sender ?? place.service), now: clock.now, place: place)
                try TraceContext.$current.withValue(message.trace) {
                    try body(message, work)
                    Self.tell(message)
                }
                work.handOver(to: lease)
                return work
            }
        case .writeMany(let body):
            let work = Write(caller: .service(wave.handler.topic.service), now: clock.now, place: place)
            try TraceContext.$current.withValue(wave.arrivals[0].message.trace) { try body(wave.arrivals, work) }
            work.handOver(to: lease)
            return [work]
        }
    }
}

extension CloudEvent {
    /// The trace of the work that it sets off.
    var trace: TraceContext { traceparent.flatMap { TraceContext(traceparent: $0)?.child() } ?? .root() }
}
