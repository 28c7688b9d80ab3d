@testable import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
@testable import ServiceKit
import TestSupport
import Testing
import Trust

let aigerim = Caller.citizen(iin("920712400128"))
let marat = Caller.citizen(iin("850315300019"))

func iin(_ text: String) -> IIN {
    guard let iin = IIN(rawValue: text) else { fatalError("a test's IIN") }
    return iin
}

@Suite(.enabled(if: Servers.areThere), .serialized) struct RequestTests {
    @Test func `an accepted change is there, and a retry under its key is answered the same without a second effect`() async throws {
        try await TicketOffice.run { office in
            let first = try await office.open("a", by: marat, key: "k1")
            let again = try await office.open("a", by: marat, key: "k1")
            #expect(first.status == 201)
            #expect(again.status == 201)
            #expect(first.body == again.body)
            #expect(try await office.count("ticket") == 1)
        }
    }

    @Test func `a retry is not tried again: it uses up no number`() async throws {
        try await TicketOffice.run { office in
            let first = try await office.open("a", by: marat, key: "k1").json()["number"]?.int
            for _ in 0..<3 { #expect(try await office.open("a", by: marat, key: "k1").json()["number"]?.int == first) }
            let next = try await office.open("b", by: marat, key: "k2").json()["number"]?.int
            #expect(next == first.map { $0 + 1 })
        }
    }

    @Test func `a retry after a restart, of which this instance knows nothing, is answered the same`() async throws {
        try await TicketOffice.run { office in
            let first = try await office.open("a", by: marat, key: "k1")
            try await office.restart()
            let again = try await office.open("a", by: marat, key: "k1")
            #expect(again.status == 201)
            #expect(again.body == first.body)
            #expect(try await office.count("ticket") == 1)
        }
    }

    @Test func `one key sent many times at once has one effect and one answer`() async throws {
        try await TicketOffice.run { office in
            let answers = try await withThrowingTaskGroup(of: [UInt8].self) { group in
                for _ in 0..<20 { group.addTask { try await office.open("a", by: marat, key: "same").body } }
                var bodies: Set<[UInt8]> = []
                for try await body in group { bodies.insert(body) }
                return bodies
            }
            #expect(answers.count == 1)
            #expect(try await office.count("ticket") == 1)
        }
    }

    @Test func `a key with another body is refused with 422; the same key of another caller is another key`() async throws {
        try await TicketOffice.run { office in
            _ = try await office.open("a", by: marat, key: "k")
            let other = try await office.open("b", by: marat, key: "k")
            #expect(other.status == 422)
            #expect(try other.problem().type == ProblemKind.keyReused.type)
            #expect(try await office.open("b", by: aigerim, key: "k").status == 201)
        }
    }

    @Test func `a refusal by a rule is remembered, in the words first given`() async throws {
        try await TicketOffice.run { office in
            let first = try await office.open("forbidden", by: marat, key: "k")
            let again = try await office.open("forbidden", by: marat, key: "k")
            #expect(first.status == 409)
            #expect(try first.problem().rule == "forbidden-text")
            #expect(first.body == again.body)
            #expect(first.headers["Content-Type"] == Problem.mediaType)
            #expect(again.headers["Content-Type"] == Problem.mediaType)
            #expect(try await office.count("ticket") == 0)
            #expect(try await office.count("journal WHERE outcome = 'refused' AND rule = 'forbidden-text'") == 1)
        }
    }

    @Test func `a decision taken twice is refused, but its retry gets the first answer`() async throws {
        try await TicketOffice.run { office in
            let id = try await office.open("a", by: marat, key: "k").json()["id"]?.string ?? ""
            let token = try office.token(marat)
            let first = try await office.send("POST", "/v1/tickets/\(id)/closing", token: token, key: "c1")
            let retry = try await office.send("POST", "/v1/tickets/\(id)/closing", token: token, key: "c1")
            let second = try await office.send("POST", "/v1/tickets/\(id)/closing", token: token, key: "c2")
            #expect(first.status == 200)
            #expect(retry.body == first.body)
            #expect(second.status == 409)
            #expect(try second.problem().rule == "closed-already")
        }
    }

    @Test func `a read and its journal entry are one: who sees, who sees nothing, and what the person is told`() async throws {
        try await TicketOffice.run { office in
            let id = try await office.open("a", by: marat, key: "k").json()["id"]?.string ?? ""
            let official = Caller.official(iin("791231304552"), body: "justice", position: "expert")
            let stranger = Caller.official(iin("791231304552"), body: "finance", position: "expert")
            #expect(try await office.send("GET", "/v1/tickets/\(id)", token: try office.token(official)).status == 200)
            #expect(try await office.send("GET", "/v1/tickets/\(id)", token: try office.token(stranger)).status == 404)
            #expect(try await office.send("GET", "/v1/tickets/\(id)", token: try office.token(aigerim)).status == 404)
            let history = try await office.send("GET", "/v1/access-history", token: try office.token(marat)).json()
            let entries = try JSON.decode(Page<AccessHistory.Entry>.self, from: history).items
            let seen = entries.first { $0.operation == "tickets.read" }
            #expect(seen?.body == "justice")
            #expect(seen?.outcome == .shown)
            #expect(seen?.fields == ["owner"])
            #expect(entries.contains { $0.operation == "tickets.open" && $0.outcome == .changed })
            #expect(entries.count { $0.operation == "tickets.read" } == 1)
            let again = try await office.send("GET", "/v1/access-history", token: try office.token(marat)).json()
            #expect(try JSON.decode(Page<AccessHistory.Entry>.self, from: again).items.contains { $0.operation == "access-history.list" })
        }
    }

    @Test func `a history of many entries comes in pages, each entry once`() async throws {
        try await TicketOffice.run { office in
            for index in 0..<7 { _ = try await office.open("a", by: marat, key: "k\(index)") }
            var seen: [UUID] = []
            var path = "/v1/access-history?limit=3"
            while true {
                let page = try JSON.decode(Page<AccessHistory.Entry>.self, from: try await office.send("GET", path, token: try office.token(marat)).json())
                seen += page.items.filter { $0.operation == "tickets.open" }.map(\.id)
                guard let next = page.next else { break }
                path = "/v1/access-history?limit=3&cursor=\(next)"
            }
            #expect(seen.count == 7)
            #expect(Set(seen).count == 7)
        }
    }

    @Test func `nobody changes or removes a journal entry, the service's own role included`() async throws {
        try await TicketOffice.run { office in
            _ = try await office.open("a", by: marat, key: "k")
            // The tests' role is a superuser, whom no grant binds: look at what the owner was left with.
            let rights = try await office.database.fetch(Query.all("""
                SELECT privilege_type FROM information_schema.role_table_grants WHERE table_name LIKE 'journal%' AND privilege_type IN ('UPDATE', 'DELETE', 'TRUNCATE')
                """) { try $0.column(0, as: String.self) })
            #expect(rights.isEmpty)
        }
    }

    @Test func `tokens: missing, expired, of a foreign key, without algorithm, of another service`() async throws {
        try await TicketOffice.run { office in
            func status(_ token: String?) async throws -> (Int, String?) {
                let answer = try await office.send("POST", "/v1/tickets", token: token, key: UUID().uuidString, body: #"{"text":"a"}"#)
                return (answer.status, try? answer.problem().rule)
            }
            let valid = try office.token(marat)
            let parts = valid.split(separator: ".").map(String.init)
            let none = Base64URL.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8)) + ".\(parts[1])."
            let stranger = try PrivateKey.generate()
            #expect(try await status(nil).0 == 401)
            #expect(try await status(none).0 == 401)
            #expect(try await status("nonsense").0 == 401)
            #expect(try await status(try office.token(marat, at: .now - .seconds(3600))).0 == 401)
            #expect(try await status(try office.token(marat, key: stranger)).0 == 401)
            #expect(try await status(parts[0] + "." + parts[1] + "." + Base64URL.encode([UInt8](repeating: 1, count: 64))).0 == 401)
            #expect(try await status(try office.token(.official(iin("791231304552"), body: "justice", position: "x"))).0 == 403)
            #expect(try await status(valid).0 == 201)
            #expect(try await office.count("ticket") == 1)
        }
    }

    @Test(arguments: [
        (#"{"text":"a","colour":1}"#, 422), (#"{}"#, 422), (#"{"text":5}"#, 422), (#"{"text":"a","text":"b"}"#, 400), ("{\"text\":\"\u{0}\"}", 400), ("[]", 422), ("", 422),
    ]) func `content that does not fit is told where and what`(_ body: String, _ status: Int) async throws {
        try await TicketOffice.run { office in
            let answer = try await office.send("POST", "/v1/tickets", token: try office.token(marat), key: "k", body: body)
            #expect(answer.status == status)
            let problem = try answer.problem()
            #expect(problem.traceId != nil)
            #expect(problem.detail?.isEmpty == false)
            #expect(try await office.count("idempotency") == 0)
        }
    }

    @Test func `a change without a key, with broken UTF-8, too large, of another media type`() async throws {
        try await TicketOffice.run { office in
            let token = try office.token(marat)
            #expect(try await office.send("POST", "/v1/tickets", token: token, body: #"{"text":"a"}"#).status == 400)
            let large = #"{"text":"\#(String(repeating: "a", count: 2 << 20))"}"#
            #expect(try await office.send("POST", "/v1/tickets", token: token, key: "k", body: large).status == 413)
            #expect(try await office.send("POST", "/v1/tickets", token: token, key: "k", body: "x", headers: ["Content-Type": "text/plain"]).status == 415)
            var request = HTTPClientRequest("POST", url: "http://\(office.instance.address)/v1/tickets", body: Array(#"{"text":""#.utf8) + [0xff, 0xfe] + Array(#""}"#.utf8))
            request.headers["Authorization"] = "Bearer \(token)"
            request.headers["Idempotency-Key"] = "k"
            request.headers["Content-Type"] = "application/json"
            #expect(try await HTTPClient().send(request).status == 400)
        }
    }
}
