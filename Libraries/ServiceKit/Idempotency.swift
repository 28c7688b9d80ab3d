import Contracts
import EventLoop
import Messaging
import Postgres

/// What was answered under a key of a caller.
struct StoredAnswer: Sendable {
    var requestHash: [UInt8]
    var status: Int
    var body: [UInt8]
}

enum Idempotency {
    /// The unique violation that tells of a used key.
    static let constraint = "idempotency_pkey"

    static func remember(_ answer: StoredAnswer, key: String, caller: Caller, at now: Timestamp) -> Statement {
        """
        INSERT INTO idempotency (caller, key, request_hash, status, answer, at)
        SELECT unnest(\(each: caller.key)), unnest(\(each: key)), unnest(\(each: answer.requestHash)),
               unnest(\(each: Int16(clamping: answer.status))), unnest(\(each: answer.body)), unnest(\(each: now))
        """
    }

    static func stored(key: String, caller: Caller) -> Query<StoredAnswer?> {
        Query.first("SELECT request_hash, status, answer FROM idempotency WHERE caller = \(caller.key) AND key = \(key)") { row in
            StoredAnswer(requestHash: try row.column(0), status: Int(try row.column(1, as: Int16.self)), body: try row.column(2))
        }
    }

    /// Keys are kept for 30 days; older ones are taken away some at a time.
    static let forget: Statement = """
        DELETE FROM idempotency WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM idempotency WHERE at < now() - interval '30 days' LIMIT \(Int64(forgottenAtOnce))))
        """

    static let forgottenAtOnce = 10_000
}

/// Keys under which changes were asked for here lately: one that is asked for again is read before it is tried.
///
/// It only saves the attempt. A retry that is not known here, begun at another instance for example, meets the first one's row.
@Loop final class RecentKeys {
    /// By their hash; a later key takes the place of an earlier one.
    private var places = [Int](repeating: 0, count: 1 << 14)

    /// Notes the key, and tells whether it was noted before.
    func note(_ key: String, of caller: Caller) -> Bool {
        var hasher = Hasher()
        hasher.combine(caller)
        hasher.combine(key)
        let hash = hasher.finalize()
        let place = hash & (places.count - 1)
        defer { places[place] = hash }
        return places[place] == hash
    }
}
