import Contracts
import FoundationEssentials
import Postgres

/// What was asked and whether it was answered.
enum InquiryTable {
    static func insert(_ question: Question, at now: Timestamp) -> Statement {
        """
        INSERT INTO inquiry (id, register, name, type, case_id, basis, body, fields, request, asked_at)
        SELECT unnest(\(each: question.id)), unnest(\(each: question.register)), unnest(\(each: question.name)), unnest(\(each: question.type)),
               unnest(\(each: question.caseID)), unnest(\(each: question.basis)), unnest(\(each: question.body)),
               unnest(\(each: question.fields.arrayText))::text[], unnest(\(each: question.request)), unnest(\(each: now))
        """
    }

    /// The open question of that id, locked; nil when it was answered before, or never asked.
    static func lockOpen(_ id: UUID) -> Query<(question: Question, attempts: Int64)?> {
        Query("""
            SELECT register, name, type, case_id, basis, body, fields, request, attempts::bigint FROM inquiry
            WHERE id = \(id) AND answered_at IS NULL FOR UPDATE
            """) { rows in
            guard let row = rows.first else { return nil }
            let question = Question(
                id: id, register: try row.column(0), name: try row.column(1), type: try row.column(2), caseID: try row.column(3),
                basis: try row.column(4), body: try row.column(5), fields: try row.column(6), request: try row.column(7))
            return (question, try row.column(8))
        }
    }

    static func askedAgain(_ id: UUID) -> Statement { "UPDATE inquiry SET attempts = attempts + 1 WHERE id = \(id)" }

    static func close(case caseID: String, at now: Timestamp) -> Statement {
        "UPDATE inquiry SET answered_at = \(now), outcome = 'not needed any more', request = ''::bytea WHERE case_id = \(caseID) AND answered_at IS NULL"
    }

    /// The request itself, personal data, is not kept longer than the question is open.
    static func answered(_ id: UUID, outcome: String, at now: Timestamp) -> Statement {
        """
        UPDATE inquiry SET answered_at = answer.at, outcome = answer.outcome, request = ''::bytea
        FROM (SELECT unnest(\(each: id)) AS id, unnest(\(each: outcome)) AS outcome, unnest(\(each: now)) AS at) AS answer
        WHERE inquiry.id = answer.id
        """
    }
}
