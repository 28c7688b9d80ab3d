import Contracts
import Postgres

/// Deadlines with how they were derived, by the digest of their text: those of one day and kind have one row.
enum DeadlineTable {
    static func insert(_ derivation: [UInt8], digest: [UInt8]) -> Statement {
        """
        INSERT INTO deadline (digest, derivation)
        SELECT unnest(\(each: digest)), unnest(\(each: String(decoding: derivation, as: UTF8.self))) ON CONFLICT DO NOTHING
        """
    }
}
