import Contracts
import FoundationEssentials
import Postgres

/// Applications with their files.
enum ApplicationTable {
    /// Its row, and before it that of its deadline unless it is there.
    static func insert(_ application: Application) throws -> [Statement] {
        let deadline = try DeadlineTable.row(of: application.deadline)
        return [deadline.insert, try insert(application, deadline: deadline.digest)]
    }

    private static func insert(_ application: Application, deadline: [UInt8]) throws -> Statement {
        """
        INSERT INTO application (id, number, kind, licensor, applicant, language, contact, status, submitted_at, deadline_at,
                                 deadline, rules, facts, history, version)
        SELECT unnest(\(each: application.id)), unnest(\(each: application.number)), unnest(\(each: application.kind)),
               unnest(\(each: application.licensor)), unnest(\(each: application.applicant)), unnest(\(each: application.language)),
               unnest(\(each: try application.contact.map { try JSONB(encoding: $0) })), unnest(\(each: application.status)),
               unnest(\(each: application.submittedAt)), unnest(\(each: application.deadline.at)),
               unnest(\(each: deadline)), unnest(\(each: try JSONB(encoding: application.rules))),
               unnest(\(each: try JSONB(encoding: application.facts))), unnest(\(each: try JSONB(encoding: application.history))),
               unnest(\(each: application.version))
        """
    }

    /// What can change after it was accepted, where it did; its row is locked. What has happened is added to its history.
    static func update(_ application: Application, since before: Application) throws -> Statement {
        var (columns, values): (Statement, Statement) = ("", "")
        if application.facts != before.facts {
            columns = "facts = change.facts,"
            values = "unnest(\(each: try JSONB(encoding: application.facts))) AS facts,"
        }
        if application.decision != before.decision || application.licence != before.licence {
            columns = "\(columns) decision = change.decision, licence = change.licence,"
            values = """
                \(values) unnest(\(each: try application.decision.map { try JSONB(encoding: $0) })) AS decision,
                unnest(\(each: application.licence)) AS licence,
                """
        }
        let steps = try JSONB(encoding: Array(application.history.dropFirst(before.history.count)))
        return """
            UPDATE application SET status = change.status, \(columns) history = application.history || change.steps, version = change.version
            FROM (SELECT unnest(\(each: application.id)) AS id, \(values) unnest(\(each: application.status)) AS status,
                         unnest(\(each: steps)) AS steps, unnest(\(each: application.version)) AS version) AS change
            WHERE application.id = change.id
            """
    }

    static func locked(_ number: LicenceNumber) -> Query<Application?> {
        .first("SELECT \(columnsToChange) FROM \(rows) WHERE number = \(number) FOR UPDATE OF application", read)
    }

    static func locked(_ number: LicenceNumber, of applicant: IIN) -> Query<Application?> {
        .first("SELECT \(columnsToChange) FROM \(rows) WHERE number = \(number) AND applicant = \(applicant) FOR UPDATE OF application", read)
    }

    static func locked(id: UUID) -> Query<Application?> {
        .first("SELECT \(columnsToChange) FROM \(rows) WHERE id = \(id) FOR UPDATE OF application", read)
    }

    /// One that the caller may see: the applicant's own, or one of the official's body.
    static func one(_ number: LicenceNumber, visibleTo caller: Caller) -> Query<Application?> {
        .first("SELECT \(columns) FROM \(rows) WHERE number = \(number) AND \(visible(to: caller))", read)
    }

    /// The applicant's own, the newest first, after the one with the id `before`.
    static func own(of applicant: IIN, before: UUID?, limit: Int) -> Query<[Application]> {
        let after: Statement = before.map { "AND id < \($0)" } ?? ""
        return .all(
            "SELECT \(columns) FROM \(rows) WHERE applicant = \(applicant) \(after) ORDER BY id DESC LIMIT \(limit)", read)
    }

    /// Undecided ones of a body, the nearest deadline first, after a place in that order.
    static func queue(of body: BodyCode, after place: QueuePlace?, limit: Int) -> Query<[Application]> {
        let after: Statement = place.map { "AND (deadline_at, id) > (\($0.deadline), \($0.id))" } ?? ""
        return .all(
            """
            SELECT \(columns) FROM \(rows) WHERE licensor = \(body) AND is_open \(after)
            ORDER BY deadline_at, id LIMIT \(limit)
            """, read)
    }

    /// Rights that depend on the row.
    private static func visible(to caller: Caller) -> Statement {
        switch caller {
        case .citizen(let iin): "applicant = \(iin)"
        case .official(_, let body, _): "licensor = \(body)"
        default: "false"
        }
    }

    private static var rows: Statement { "application JOIN deadline ON deadline.digest = application.deadline" }

    private static var columns: Statement { columns(history: "history") }

    /// Of one that is to be changed: its history is only added to, and is read without what stands in it.
    private static var columnsToChange: Statement { columns(history: "'[]'::jsonb AS history") }

    /// `subject` is whose data a row shows: the journal reads it.
    private static func columns(history: Statement) -> Statement {
        """
        id, number, kind, licensor, applicant, language, contact, status, submitted_at, digest, rules, facts, decision, licence,
        \(history), version, applicant AS subject, derivation
        """
    }

    private static let read: @Sendable (Row) throws -> Application = { row in
        Application(
            id: try row.column(0), number: try row.column(1), kind: try row.column(2), rules: try row.json(10),
            licensor: try row.column(3), applicant: try row.column(4), language: try row.column(5), contact: try row.optionalJSON(6),
            submittedAt: try row.column(8), deadline: try DeadlineTable.deadline(try row.column(9)) { try row.column(17) }, status: try row.column(7), facts: try row.json(11),
            decision: try row.optionalJSON(12), licence: try row.column(13), history: try row.json(14), version: try row.column(15))
    }
}

/// A place in the officials' queue, as the cursor of a page has it: `<microseconds>.<id>`.
struct QueuePlace: Sendable, Hashable {
    var deadline: Timestamp
    var id: UUID

    init(_ application: Application) {
        deadline = application.deadline.at
        id = application.id
    }

    /// - Throws: `ContractError` for what is no cursor of ours.
    init(cursor: String) throws(ContractError) {
        let parts = cursor.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let deadline = Int64(parts[0]), let id = UUID(text: String(parts[1])) else {
            throw .badCursor
        }
        self.deadline = Timestamp(microseconds: deadline)
        self.id = id
    }

    var cursor: String { "\(deadline.microseconds).\(id.text)" }
}
