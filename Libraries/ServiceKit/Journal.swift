public import Contracts
import EventLoop
import FoundationEssentials
public import Messaging
import Postgres
import Telemetry

/// One line of the journal: who read or changed whose data, in what capacity, for which case, on what basis.
public struct JournalEntry: Sendable {
    public var subject: IIN?
    public var operation: String
    public var caseID: String?
    public var basis: String?
    public var fields: [String]
    public var outcome: AccessHistory.Outcome
    /// The rule by which it was refused.
    public var rule: String?
    /// The state body for whose case it was; that of the caller unless said otherwise.
    public var body: BodyCode?

    public init(
        subject: IIN?, operation: String, caseID: String? = nil, basis: String? = nil, fields: [String],
        outcome: AccessHistory.Outcome, rule: String? = nil, body: BodyCode? = nil
    ) {
        self.subject = subject
        self.operation = operation
        self.caseID = caseID
        self.basis = basis
        self.fields = fields
        self.outcome = outcome
        self.rule = rule
        self.body = body
    }
}

extension Work {
    /// Writes a line into the journal; it commits with the work.
    public func journal(_ entry: JournalEntry) {
        add(Journal.insert(entry, caller: caller))
        entries += 1
    }
}

enum Journal {
    private static let columns: Statement = """
        id, at, caller, capacity, body, service, subject, operation, case_id, basis, fields, outcome, rule, trace
        """

    /// Run again after a lost connection it leaves one entry, not two.
    static func insert(_ entry: JournalEntry, caller: Caller) -> Statement {
        """
        INSERT INTO journal (\(columns))
        SELECT unnest(\(each: UUID.v7())), unnest(\(each: Timestamp.now)), unnest(\(each: caller.key)), unnest(\(each: caller.capacity)),
               unnest(\(each: entry.body ?? caller.body)), unnest(\(each: caller.service)), unnest(\(each: entry.subject)),
               unnest(\(each: entry.operation)), unnest(\(each: entry.caseID)), unnest(\(each: entry.basis)),
               unnest(\(each: entry.fields.arrayText))::text[], unnest(\(each: entry.outcome)), unnest(\(each: entry.rule)), unnest(\(each: trace))
        ON CONFLICT DO NOTHING
        """
    }

    /// The query and its entry in one statement: nothing is shown unless the entry commits with it, and the entry says
    /// whether anything was.
    static func reading(_ query: Statement, _ entry: JournalEntry, caller: Caller) -> Statement {
        """
        WITH shown AS MATERIALIZED (\(query)), entry AS (
            INSERT INTO journal (\(columns))
            SELECT \(UUID.v7()), \(Timestamp.now), \(caller.key), \(caller.capacity), \(caller.body)::text, \(caller.service)::text,
                   \(entry.subject)::text, \(entry.operation), \(entry.caseID)::text, \(entry.basis)::text, \(entry.fields),
                   CASE WHEN EXISTS (SELECT 1 FROM shown) THEN 'shown' ELSE 'nothing' END, NULL, \(trace)::text
            ON CONFLICT DO NOTHING)
        SELECT * FROM shown
        """
    }

    /// The same for rows of several persons: each of them gets an entry, and one says so when nothing was shown. The query has a column `subject`.
    static func readingRows(_ query: Statement, _ entry: JournalEntry, caller: Caller) -> Statement {
        """
        WITH shown AS MATERIALIZED (\(query)), entry AS (
            INSERT INTO journal (\(columns))
            SELECT uuid_v7(\(Timestamp.now)), \(Timestamp.now), \(caller.key), \(caller.capacity), \(caller.body)::text, \(caller.service)::text,
                   subject, \(entry.operation), \(entry.caseID)::text, \(entry.basis)::text, \(entry.fields),
                   CASE WHEN subject IS NULL THEN 'nothing' ELSE 'shown' END, NULL, \(trace)::text
            FROM (SELECT DISTINCT subject FROM shown WHERE subject IS NOT NULL
                  UNION ALL SELECT NULL WHERE NOT EXISTS (SELECT 1 FROM shown)) AS subjects)
        SELECT * FROM shown
        """
    }

    /// How many entries a journalled read has left: one for each person of a list, one where there was nothing.
    static func entries(of shown: Rows) throws -> Int {
        guard shown.count > 1, let subject = shown.column(named: "subject") else { return 1 }
        return Set(try shown.map { try $0.column(subject, as: String?.self) }).subtracting([nil]).count
    }

    /// One person's own history, the newest first.
    static func history(of subject: IIN, before: UUID?, limit: Int) -> Query<[AccessHistory.Entry]> {
        Query.all("""
            SELECT id, at, capacity, body, service, operation, case_id, basis, fields, outcome FROM journal
            WHERE subject = \(subject) AND (\(before)::uuid IS NULL OR id < \(before)::uuid) ORDER BY id DESC LIMIT \(Int64(limit))
            """) { row in
            AccessHistory.Entry(
                id: try row.column(0), at: try row.column(1), capacity: try row.column(2), body: try row.column(3),
                service: try row.column(4), operation: try row.column(5), case: try row.column(6), basis: try row.column(7),
                fields: try row.column(8), outcome: try row.column(9))
        }
    }

    private static var trace: String? { TraceContext.current.map { "\($0.traceID)" } }
}
