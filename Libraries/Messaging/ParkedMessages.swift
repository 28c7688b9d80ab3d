package import Contracts
import EventLoop
package import FoundationEssentials
import Kafka
package import Postgres

/// A message that could not take effect, kept with its error until an operator decides.
package struct ParkedRow: Sendable {
    package var id: UUID
    package var consumer: String
    package var topic: String
    package var partition: Int32
    package var offset: Int64
    package var key: [UInt8]?
    package var headers: [UInt8]
    package var payload: [UInt8]?
    package var error: String
    package var attempts: Int32
    package var state: String
    package var at: Timestamp
}

/// The statements of the `parked` table.
package enum ParkedMessages {
    static func park(_ record: ConsumedRecord, consumer: String, error: String, at now: Timestamp) -> Statement {
        """
        INSERT INTO parked (id, consumer, topic, partition, "offset", key, headers, payload, error, message_id, at)
        VALUES (\(UUID.v7()), \(consumer), \(record.topic), \(record.partition), \(record.offset), \(record.key),
                \(ParkedHeaders.document(record.headers)), \(record.value), \(kept(error)), \(messageID(record)), \(now))
        ON CONFLICT ON CONSTRAINT parked_once DO UPDATE SET attempts = parked.attempts + 1, error = EXCLUDED.error, is_behind = false
        """
    }

    /// Parks a message for the sake of an earlier one, unless it took effect or was parked when it came before.
    static func parkBehind(_ record: ConsumedRecord, consumer: String, at now: Timestamp) -> Statement {
        """
        INSERT INTO parked (id, consumer, topic, partition, "offset", key, headers, payload, error, message_id, is_behind, at)
        SELECT \(UUID.v7()), \(consumer), \(record.topic), \(record.partition), \(record.offset), \(record.key),
               \(ParkedHeaders.document(record.headers)), \(record.value), \(behind), \(messageID(record)), true, \(now)
        WHERE NOT EXISTS (SELECT 1 FROM inbox WHERE consumer = \(consumer) AND message_id = \(messageID(record)))
        ON CONFLICT ON CONSTRAINT parked_once DO NOTHING
        """
    }

    static let behind = "waits behind an earlier message of its key"

    /// What tells a message from another that stands in its place on a topic made anew.
    static func messageID(_ record: ConsumedRecord) -> UUID {
        if let event = try? Attributes(record) { return event.inboxID }
        return UUID(hashOf: record.headers.flatMap { Array($0.name.utf8) + $0.value } + (record.key ?? []) + (record.value ?? []))
    }

    /// An error as a column of text can have it: 2,000 characters at most, none of them U+0000.
    private static func kept(_ error: String) -> String {
        String(String.UnicodeScalarView(error.prefix(2000).unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
    }

    /// What of a batch was parked when it came before, and then discarded: by message and place.
    static func discarded(consumer: String, of batch: PartitionBatch) -> Query<[UUID]> {
        Query.all("""
            SELECT message_id FROM parked WHERE consumer = \(consumer) AND topic = \(batch.topic) AND partition = \(batch.partition)
               AND "offset" BETWEEN \(batch.records.first?.offset ?? 0) AND \(batch.records.last?.offset ?? 0) AND state = 'discarded'
            """) { try $0.column(0) }
    }

    /// Takes a timer that cannot succeed out of its table and keeps it here; nothing when another instance has done so.
    static func park(_ timer: DueTimer, error: String, at now: Timestamp) -> Statement {
        """
        WITH gone AS (DELETE FROM timer WHERE type = \(timer.type) AND key = \(timer.key) AND id = \(timer.id) RETURNING 1)
        INSERT INTO parked (id, consumer, topic, partition, "offset", key, headers, payload, error, message_id, at)
        SELECT \(timer.id), \(timerConsumer), \(timer.type), -1, 0, \(Array(timer.key.utf8)),
               \(JSONB(JSON.write([["fire_at", .string(timer.fireAt.description)]]))), \(timer.payload), \(kept(error)), \(timer.id), \(now)
        FROM gone
        """
    }

    /// What stands for the consumer of a timer: its topic is the timer's type.
    static let timerConsumer = "timer"

    /// The keys among some behind which later messages of a topic must wait.
    static func waitingKeys(consumer: String, topic: String, among keys: [[UInt8]]) -> Query<[[UInt8]]> {
        Query.all("""
            SELECT DISTINCT key FROM parked WHERE consumer = \(consumer) AND topic = \(topic) AND key = ANY (\(keys)) AND state = 'parked'
            """) { try $0.column(0) }
    }

    /// The message that waits right behind another of its key, for no other reason.
    static func nextBehind(_ row: ParkedRow) -> Query<UUID?> {
        Query.first("""
            SELECT id FROM (
                SELECT id, is_behind FROM parked WHERE consumer = \(row.consumer) AND topic = \(row.topic) AND key = \(row.key) AND state = 'parked'
                ORDER BY partition, "offset" LIMIT 1) AS next WHERE is_behind
            """) { try $0.column(0) }
    }

    static func failedAgain(_ id: UUID, error: String) -> Statement {
        "UPDATE parked SET attempts = attempts + 1, error = \(kept(error)), is_behind = false WHERE id = \(id)"
    }

    private static let columns: Statement = "id, consumer, topic, partition, \"offset\", key, headers::text, payload, error, attempts, state, at"

    package static func list(state: ParkedState, after: UUID?, limit: Int64) -> Query<[ParkedRow]> {
        Query.all("""
            SELECT \(columns) FROM parked WHERE state = \(state) AND (\(after)::uuid IS NULL OR id > \(after)::uuid) ORDER BY id LIMIT \(limit)
            """, decode)
    }

    package static func one(_ id: UUID) -> Query<ParkedRow?> {
        Query.first("SELECT \(columns) FROM parked WHERE id = \(id)", decode)
    }

    /// The message, locked, if it is the first that waits under its key.
    static func lockFirst(_ id: UUID) -> Query<ParkedRow?> {
        Query.first("""
            SELECT \(columns) FROM parked AS p WHERE id = \(id) AND state = 'parked' AND NOT EXISTS (
                SELECT 1 FROM parked AS earlier
                WHERE earlier.consumer = p.consumer AND earlier.topic = p.topic AND earlier.key = p.key AND earlier.state = 'parked'
                  AND earlier.partition = p.partition AND earlier."offset" < p."offset")
            FOR UPDATE
            """, decode)
    }

    static func finish(_ id: UUID, state: String, reason: String?) -> Statement {
        "UPDATE parked SET state = \(state), reason = \(reason) WHERE id = \(id)"
    }

    package static func discard(_ id: UUID, reason: String) -> Statement {
        "UPDATE parked SET state = 'discarded', reason = \(reason) WHERE id = \(id) AND state = 'parked'"
    }

    package static let count = Query<Int64>("SELECT count(*) FROM parked WHERE state = 'parked'") { try $0.first?.column(0) ?? 0 }

    /// How many keys wait, and since when the oldest message does.
    package static let waiting = Query<(keys: Int64, since: Timestamp?)>(
        "SELECT count(DISTINCT (consumer, topic, key)), min(at) FROM parked WHERE state = 'parked'"
    ) { rows in
        guard let row = rows.first else { return (0, nil) }
        return (try row.column(0), try row.column(1))
    }

    private static let decode: @Sendable (Row) throws -> ParkedRow = { row in
        let headers: String = try row.column(6)
        return ParkedRow(
            id: try row.column(0), consumer: try row.column(1), topic: try row.column(2), partition: try row.column(3),
            offset: try row.column(4), key: try row.column(5) as [UInt8]?, headers: Array(headers.utf8), payload: try row.column(7) as [UInt8]?,
            error: try row.column(8), attempts: try row.column(9), state: try row.column(10), at: try row.column(11))
    }
}

extension ParkedRow {
    /// The record as it came, for another try.
    func record() throws -> ConsumedRecord {
        ConsumedRecord(
            topic: topic, partition: partition, offset: offset, timestamp: at.microseconds, key: key, value: payload,
            headers: try ParkedHeaders.headers(headers))
    }
}
