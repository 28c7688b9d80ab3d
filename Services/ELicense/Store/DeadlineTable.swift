import Contracts
import Postgres
import Trust

/// Deadlines with how they were derived, by the digest of their text: those of one day and kind have one row.
enum DeadlineTable {
    /// The digest of a deadline's text, and what writes its row unless it is there.
    static func row(of deadline: Licences.Deadline) throws -> (digest: [UInt8], insert: Statement) {
        try rows.of(Key(deadline: deadline)) {
            let derivation = try JSON.encode(deadline)
            let digest = Digest.sha256(derivation)
            let insert: Statement = """
                INSERT INTO deadline (digest, derivation)
                SELECT unnest(\(each: digest)), unnest(\(each: String(decoding: derivation, as: UTF8.self))) ON CONFLICT DO NOTHING
                """
            return (digest, insert.saidOnce)
        }
    }

    static func deadline(_ digest: [UInt8], _ derivation: () throws -> String) throws -> Licences.Deadline {
        try deadlines.of(DigestKey(bytes: digest)) { try JSON.decode(Licences.Deadline.self, from: Array(try derivation().utf8)) }
    }

    private static let rows = MadeOnce<Key, (digest: [UInt8], insert: Statement)>(most: 256)
    private static let deadlines = MadeOnce<DigestKey, Licences.Deadline>(most: 256)

    /// Hashed by its moment alone, which tells nearly all apart: the whole is half a page.
    private struct Key: Hashable {
        let deadline: Licences.Deadline

        func hash(into hasher: inout Hasher) { hasher.combine(deadline.at) }
    }

    /// Bytes that are hashed as a whole: an array alone would be hashed byte by byte.
    private struct DigestKey: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }
}
