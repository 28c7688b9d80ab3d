package import Contracts
import FoundationEssentials
import Kafka
package import Postgres

/// Messages that wait, in the transaction's own database, for the relay.
package enum Outbox {
    static func insert(_ message: CloudEvent, topic: Topic, key: String) -> Statement {
        let id = UUID(text: message.id) ?? .v7()
        return """
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers)
            SELECT unnest(\(each: id)), unnest(\(each: topic.localName)), unnest(\(each: key)), unnest(\(each: message.type)),
                   unnest(\(each: message.data)), unnest(\(each: JSONB(JSON.write(message.attributes))))
            """
    }

    /// The oldest rows, taken out, in their order: they are gone once Kafka has them and the transaction commits.
    ///
    /// They are found once, as an array of places. Joined to the table they would be found again for each of its rows by a plan made
    /// when it was nearly empty. A row of the outbox never changes, so its place holds; who asks is the only relay, so none is locked first.
    ///
    /// - Parameter condition: which rows may go at present; others stay.
    static func take(_ limit: Int, where condition: Statement) -> Query<[OutboxRow]> {
        Query("""
            DELETE FROM outbox WHERE ctid = ANY (ARRAY (SELECT ctid FROM outbox WHERE \(condition) ORDER BY seq LIMIT \(Int64(limit))))
            RETURNING seq, id, aggregatetype, aggregateid, type, payload, headers
            """) { rows in
            try rows.map { row in
                OutboxRow(
                    seq: try row.column(0), id: try row.column(1), topic: try row.column(2), key: try row.column(3), type: try row.column(4),
                    payload: try row.column(5), headers: try row.column(6, as: StoredHeaders.self).headers)
            }.sorted { $0.seq < $1.seq }
        }
    }

    /// A row that was taken and not published, in its old place.
    static func putBack(_ row: OutboxRow) -> Statement {
        """
        INSERT INTO outbox (seq, id, aggregatetype, aggregateid, type, payload, headers) OVERRIDING SYSTEM VALUE
        VALUES (\(row.seq), \(row.id), \(row.topic), \(row.key), \(row.type), \(row.payload), \(JSONB(document(row.headers))))
        """
    }

    /// How many rows wait and since when the oldest does; a rough count, at most 100,000.
    package static let depth = Query<OutboxDepth>("""
        SELECT (SELECT count(*) FROM (SELECT 1 FROM outbox LIMIT 100000) AS waiting),
               (SELECT headers->>'ce_time' FROM outbox ORDER BY seq LIMIT 1)
        """) { rows in
        guard let row = rows.first else { return OutboxDepth(rows: 0, oldest: nil) }
        let oldest = try row.column(1) as String?
        return OutboxDepth(rows: try row.column(0) as Int64, oldest: oldest.flatMap { Timestamp(rfc3339: $0) })
    }

    private static func document(_ headers: PackedHeaders) -> [UInt8] {
        JSON.write(headers.all.map { (name: $0.name, value: String(decoding: $0.value, as: UTF8.self)) })
    }
}

struct OutboxRow: Sendable {
    var seq: Int64
    var id: UUID
    var topic: String
    var key: String
    var type: String
    var payload: [UInt8]
    var headers: PackedHeaders
}

/// How far the relay is behind.
package struct OutboxDepth: Sendable {
    package var rows: Int64
    package var oldest: Timestamp?
}
