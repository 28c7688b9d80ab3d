@testable import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
@testable import ServiceKit

// A service as small as one can be that uses every entry of the table of contents.

struct TicketOpened: Event {
    var ticket: UUID
    static let type = "kz.egov.tickets.ticket-opened.v1"
    static let topic = Topic("tickets", "ticket")
    static let summary = "A ticket was opened."
    var key: String { ticket.text }
}

struct TicketDue: TimerEvent {
    var ticket: UUID
    static let type = "ticket-due"
    var key: String { ticket.text }
}

enum TicketWords {
    struct New: Codable, Sendable { var text: ShortText; var dueInSeconds: Int64? }
    struct ID: Codable, Sendable { var id: UUID }
    struct Ticket: Codable, Sendable { var id: UUID; var number: Int64; var text: ShortText; var status: String }
    struct OwnerRequest: Codable, Sendable { var ticket: UUID; var owner: IIN }
    struct Owner: Codable, Sendable { var note: String }

    static let title = LocalizedText(kk: "Талондар", ru: "Талоны", en: "Tickets")
    static let open = Contracts.Operation<New, Ticket>(
        "tickets", "tickets.open", .post, "/v1/tickets", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["owner"]), basis: .ownData, summary: title)
    static let close = Contracts.Operation<ID, Ticket>(
        "tickets", "tickets.close", .post, "/v1/tickets/{id}/closing", contours: [.g2c], callers: [.citizen],
        personalData: .caller(fields: ["owner"]), basis: .ownData, successStatus: 200, summary: title)
    static let read = Contracts.Operation<ID, Ticket>(
        "tickets", "tickets.read", .get, "/v1/tickets/{id}", contours: [.g2c], callers: [.citizen, .official],
        personalData: .rows(fields: ["owner"]), basis: .ownData, summary: title)
    static let owner = Inquiry<OwnerRequest, Owner>("tickets", "ticket-owner", summary: title, subject: { $0.owner })

    static let contract = ServiceContract(
        name: "tickets", title: title, port: 0, operations: [open.erased, close.erased, read.erased],
        publishes: [EventDeclaration(TicketOpened.self)], topics: [TicketOpened.topic, .inquiries(to: "tickets"), .answers(to: "tickets")])
}

struct Tickets: Service {
    nonisolated static var contract: ServiceContract { TicketWords.contract }
    nonisolated static var numberSeries: [String] { ["ticket"] }
    nonisolated static var migrations: MigrationSet {
        MigrationSet(series: "tickets", migrations: [Migration(number: 1, name: "tickets", sql: """
            CREATE TABLE ticket (id uuid PRIMARY KEY, number bigint NOT NULL UNIQUE, owner text NOT NULL, text text NOT NULL, status text NOT NULL);
            CREATE TABLE effect (seq bigint GENERATED ALWAYS AS IDENTITY, ticket uuid NOT NULL, what text NOT NULL);
            """)])
    }

    init(_ surroundings: Surroundings) async throws {}

    var body: ServiceBody {
        ServiceBody(
            .write(TicketWords.open, open),
            .decide(TicketWords.close, about: { $0.id.text }, close),
            .read(TicketWords.read, read),
            .decide(on: TicketOpened.self, opened),
            .decide(at: TicketDue.self, due),
            .answer(TicketWords.owner, answerOwner),
            .decide(of: "tickets", answerTo: TicketWords.owner, takeOwner))
    }

    func open(_ new: TicketWords.New, _ work: Write) throws -> TicketWords.Ticket {
        let ticket = TicketWords.Ticket(id: .v7(), number: try work.nextNumber("ticket"), text: new.text, status: "open")
        guard new.text.rawValue != "forbidden", let owner = work.caller.iin else { throw Tickets.refused }
        work.save("INSERT INTO ticket VALUES (\(ticket.id), \(ticket.number), \(owner), \(ticket.text), 'open')")
        try work.emit(TicketOpened(ticket: ticket.id))
        try work.ask(
            TicketWords.owner, TicketWords.OwnerRequest(ticket: ticket.id, owner: owner), case: CaseID("tickets", "T\(ticket.number)"),
            basis: "permits-law-2014", body: "justice", fields: new.text.rawValue == "curious" ? ["everything"] : ["note"])
        if let seconds = new.dueInSeconds { try work.schedule(TicketDue(ticket: ticket.id), at: work.now + .seconds(seconds)) }
        return ticket
    }

    func close(_ input: TicketWords.ID, _ work: Decide) async throws -> TicketWords.Ticket {
        let found = try await work.lock(Query.first("SELECT number, text, status FROM ticket WHERE id = \(input.id) AND owner = \(work.caller.iin) FOR UPDATE") { row in
            TicketWords.Ticket(id: input.id, number: try row.column(0), text: try row.column(1), status: try row.column(2))
        })
        guard var ticket = found else { throw Problem(.notFound, work.language) }
        guard ticket.status == "open" else { throw Tickets.closed }
        ticket.status = "closed"
        work.save("UPDATE ticket SET status = 'closed' WHERE id = \(input.id)")
        work.cancel(TicketDue.self, key: input.id.text)
        return ticket
    }

    func read(_ input: TicketWords.ID, _ reading: Reading) throws -> Query<TicketWords.Ticket?> {
        Query.first("""
            SELECT number, text, status, owner AS subject FROM ticket
            WHERE id = \(input.id) AND (owner = \(reading.caller.iin)::text OR \(reading.caller.body)::text = 'justice')
            """) { row in
            TicketWords.Ticket(id: input.id, number: try row.column(0), text: try row.column(1), status: try row.column(2))
        }
    }

    func opened(_ event: TicketOpened, _ work: Decide) async throws { effect(event.ticket, "opened", work) }
    func due(_ timer: TicketDue, _ work: Decide) async throws { effect(timer.ticket, "due", work) }

    func answerOwner(_ claims: InquiryClaims, _ request: TicketWords.OwnerRequest, _ work: Decide) async throws -> TicketWords.Owner {
        guard claims.fields == ["note"] else { throw Tickets.refused }
        return TicketWords.Owner(note: "the secret note")
    }

    func takeOwner(_ answer: InquiryAnswer<TicketWords.Owner>, _ work: Decide) async throws {
        effect(answer.inquiry, answer.extract?.note ?? "refused: \(answer.refusal?.rule ?? "")", work)
    }

    private func effect(_ ticket: UUID, _ what: String, _ work: Work) {
        work.save("INSERT INTO effect (ticket, what) VALUES (\(ticket), \(what))")
    }

    nonisolated static let refused = Refusal(rule: "forbidden-text", text: LocalizedText(kk: "болмайды", ru: "нельзя", en: "not allowed"))
    nonisolated static let closed = Refusal(rule: "closed-already", text: LocalizedText(kk: "жабылған", ru: "закрыт", en: "closed"))
}
