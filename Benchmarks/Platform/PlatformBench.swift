import Contracts
import EventLoop
import FoundationEssentials
import Messaging
import Postgres
import ServiceKit

/// What the platform costs where there is next to no service in it: a note is accepted by four inserts (key, note, event, journal entry), and
/// later decided under a lock. It says nobody's law and asks no register.
@main struct PlatformBench: Service {
    nonisolated static var contract: ServiceContract {
        ServiceContract(
            name: "platform-bench", title: Notes.title, port: 0, operations: [Notes.accept.erased, Notes.decide.erased],
            topics: [NoteChanged.topic])
    }
    nonisolated static var migrations: MigrationSet {
        MigrationSet(series: "platform-bench", migrations: [Migration(number: 1, name: "platform-bench", sql: """
            CREATE TABLE note (id uuid PRIMARY KEY, owner text NOT NULL, text text NOT NULL, status text NOT NULL, at timestamptz NOT NULL)
            WITH (fillfactor = 45)
            """)])
    }

    init(_ surroundings: Surroundings) async throws {}

    var body: ServiceBody {
        ServiceBody(.write(Notes.accept, accept), .decide(Notes.decide, about: { $0.id.text }, decide))
    }

    func accept(_ new: Notes.New, _ work: Write) throws -> Notes.Note {
        let note = Notes.Note(id: .v7(), text: new.text, status: "open", at: work.now)
        guard let owner = work.caller.iin else { throw Problem(.forbidden, work.language) }
        work.save("""
            INSERT INTO note (id, owner, text, status, at)
            SELECT unnest(\(each: note.id)), unnest(\(each: owner)), unnest(\(each: note.text)), unnest(\(each: note.status)), unnest(\(each: note.at))
            """)
        try work.emit(NoteChanged(note: note.id, status: note.status, at: note.at))
        return note
    }

    func decide(_ decision: Notes.Decision, _ work: Decide) async throws -> Notes.Note {
        let found = try await work.lock(Query.first("""
            SELECT text, status, at FROM note WHERE id = \(decision.id) AND owner = \(work.caller.iin) FOR UPDATE
            """) { row in
            Notes.Note(id: decision.id, text: try row.column(0), status: try row.column(1), at: try row.column(2))
        })
        guard var note = found else { throw Problem(.notFound, work.language) }
        guard note.status == "open" else { throw Problem(.preconditionFailed, work.language) }
        note.status = "closed"
        work.save("""
            UPDATE note SET status = change.status
            FROM (SELECT unnest(\(each: note.id)) AS id, unnest(\(each: note.status)) AS status) AS change WHERE note.id = change.id
            """)
        try work.emit(NoteChanged(note: note.id, status: note.status, at: work.now))
        return note
    }
}

enum Notes {
    struct New: Codable, Sendable { var text: ShortText }
    struct Decision: Codable, Sendable { var id: UUID }
    struct Note: Codable, Sendable {
        var id: UUID
        var text: ShortText
        var status: String
        var at: Timestamp
    }

    static let title = LocalizedText(kk: "Өлшеу", ru: "Измерение", en: "A measurement")
    static let accept = Contracts.Operation<New, Note>(
        "platform-bench", "notes.accept", .post, "/v1/notes", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["owner"]), basis: .ownData, summary: title)
    static let decide = Contracts.Operation<Decision, Note>(
        "platform-bench", "notes.decide", .post, "/v1/notes/{id}/decision", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["owner"]), basis: .ownData, successStatus: 200, summary: title)
}

struct NoteChanged: Event {
    var note: UUID
    var status: String
    var at: Timestamp
    static let type = "kz.egov.platform-bench.note-changed.v1"
    static let topic = Topic("platform-bench", "note")
    static let summary = "A note was accepted or decided."
    var key: String { note.text }
}
