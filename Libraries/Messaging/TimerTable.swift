package import Contracts
import FoundationEssentials
package import Postgres

/// What a service schedules for a later moment: a past-tense or due name, and the key of what it is about.
public protocol TimerEvent: Codable, Sendable {
    /// `decision-due`: unique within the service, stable for ever, since rows carry it.
    static var type: String { get }
    /// The aggregate it belongs to; one timer of a type and key exists at a time.
    var key: String { get }
}

enum TimerTable {
    static func schedule(type: String, key: String, at moment: Timestamp, payload: [UInt8]) -> Statement {
        """
        INSERT INTO timer (id, fire_at, type, key, payload)
        SELECT unnest(\(each: UUID.v7())), unnest(\(each: moment)), unnest(\(each: type)), unnest(\(each: key)), unnest(\(each: payload))
        ON CONFLICT ON CONSTRAINT timer_once DO UPDATE SET id = EXCLUDED.id, fire_at = EXCLUDED.fire_at, payload = EXCLUDED.payload
        """
    }

    /// Found by the index of type and key whatever the planner believes of a table that is nearly empty again and again: joined to the pairs,
    /// all of it would be read for a plan made at such a moment. A type has no slash in it.
    static func cancel(type: String, key: String) -> Statement {
        """
        DELETE FROM timer WHERE type = ANY (\(each: type)) AND key = ANY (\(each: key)) AND type || '/' || key = ANY (\(each: "\(type)/\(key)"))
        """
    }

    /// The next due timer, taken out; another instance takes another.
    ///
    /// One of a type that this version does not know stays for the version that does.
    static func take(at now: Timestamp, types: [String]) -> Query<DueTimer?> {
        Query.first("""
            DELETE FROM timer WHERE ctid = (
                SELECT ctid FROM timer WHERE fire_at <= \(now) AND type = ANY (\(types)) ORDER BY fire_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, fire_at, type, key, payload
            """) { row in
            DueTimer(
                id: try row.column(0), fireAt: try row.column(1), type: try row.column(2), key: try row.column(3),
                payload: try row.column(4))
        }
    }

    /// When the next one is due.
    static let next = Query<Timestamp?>("SELECT fire_at FROM timer ORDER BY fire_at LIMIT 1") { try $0.first?.column(0) }

    /// Puts a parked timer back, due at once; one that was scheduled anew meanwhile stays as it is.
    static func restore(_ parked: ParkedRow, at now: Timestamp) -> Statement {
        """
        INSERT INTO timer (id, fire_at, type, key, payload)
        VALUES (\(UUID.v7()), \(now), \(parked.topic), \(String(decoding: parked.key ?? [], as: UTF8.self)), \(parked.payload ?? []))
        ON CONFLICT ON CONSTRAINT timer_once DO NOTHING
        """
    }
}

extension TimerRunner {
    /// The moment of the oldest timer that is past it; nil when none is due.
    package static func dueSince(at now: Timestamp) -> Query<Timestamp?> {
        Query.first("SELECT fire_at FROM timer WHERE fire_at <= \(now) ORDER BY fire_at LIMIT 1") { try $0.column(0) }
    }
}

struct DueTimer: Sendable {
    var id: UUID
    var fireAt: Timestamp
    var type: String
    var key: String
    var payload: [UInt8]
}
