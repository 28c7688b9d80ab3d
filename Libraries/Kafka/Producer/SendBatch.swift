import CLibrdkafka
import EventLoop

/// Records sent together: one outcome for all, counted down by the delivery reports.
@Loop final class SendBatch {
    /// How many low bits of a message's opaque number hold the record's position in its batch; the rest is the batch's number.
    nonisolated static let indexBits: UInt = 24
    nonisolated static let largest = 1 << indexBits

    let id: UInt
    private(set) var records: [KafkaRecord]
    private(set) var next = 0
    private var unanswered: Int
    private var failures: [(index: Int, error: KafkaError)] = []
    /// What was refused before it was sent: later records of its key must not overtake it.
    private var refused: [Place: KafkaError] = [:]
    let outcome = Promise<Void>()
    /// Where the records have come to lie, by partition; few, so that a list is searched faster than a table.
    private(set) var landed: [Landed] = []

    struct Landed {
        let topic: OpaquePointer
        /// Kept here, since the handle may go before it is asked for.
        let name: String
        let partition: Int32
        var offsets: ClosedRange<Int64>
    }

    /// The next record to hand over; nil when all are.
    var upcoming: KafkaRecord? { next < records.count ? records[next] : nil }

    init(id: UInt, _ records: [KafkaRecord]) {
        self.id = id
        self.records = records
        unanswered = records.count
    }

    var isHandedOver: Bool { next == records.count }
    var isAnswered: Bool { unanswered == 0 }

    func opaque(of index: Int) -> UInt { id << Self.indexBits | UInt(index) }

    /// A topic and key, whose records have an order.
    private struct Place: Hashable {
        let topic: String
        let key: [UInt8]?
    }

    /// The refusal of an earlier record of the same key.
    func refusal(before record: KafkaRecord) -> KafkaError? {
        if refused.isEmpty || record.key == nil { return nil }
        return refused[Place(topic: record.topic, key: record.key)]
    }

    /// The next record was refused before it was sent.
    func refuse(_ record: KafkaRecord, _ error: KafkaError) {
        let index = next
        if record.key != nil { refused[Place(topic: record.topic, key: record.key)] = error }
        advance()
        answer(index, error)
    }

    /// The library has its own copy of the next record.
    func advance() {
        next += 1
        if isHandedOver {
            records = []
            next = 0
        }
    }

    /// A record lies at an offset; a broker that has had it before does not always say where.
    func land(_ offset: Int64, _ topic: OpaquePointer?, _ partition: Int32) {
        guard offset >= 0, let topic else { return }
        guard let place = landed.firstIndex(where: { $0.partition == partition && $0.topic == topic }) else {
            let name = String(cString: rd_kafka_topic_name(topic))
            return landed.append(Landed(topic: topic, name: name, partition: partition, offsets: offset...offset))
        }
        let before = landed[place].offsets
        landed[place].offsets = min(before.lowerBound, offset)...max(before.upperBound, offset)
    }

    func answer(_ index: Int, _ error: KafkaError?) {
        unanswered -= 1
        if let error { failures.append((index, error)) }
        guard unanswered == 0 else { return }
        guard let first = failures.first else { return outcome.succeed(()) }
        outcome.fail(KafkaError(
            code: first.error.code, reason: first.error.reason, isFatal: first.error.isFatal,
            failedIndices: failures.map(\.index).sorted()))
    }

    /// Hands over nothing more: what is with the library already is still answered for.
    func abandonRest() {
        unanswered -= records.count - next
        records = []
        next = 0
    }
}
