@testable import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Messaging
import Postgres
@testable import ServiceKit
import TestSupport
import Testing
import Trust

@Suite(.enabled(if: Servers.areThere), .serialized) struct MessageTests {
    let operatorCaller = Caller.operator("o.serikov")

    @Test func `an event reaches its handler once, an inquiry is answered, and only its asker can read the extract`() async throws {
        try await TicketOffice.run { office in
            _ = try await office.open("a", by: marat, key: "k")
            try await eventually("event and answer took effect") {
                try await (office.effects("opened"), office.effects("the secret note")) == (1, 1)
            }
            try await eventually("the outbox is empty") { try await office.count("outbox") == 0 }
            #expect(try await office.count("inquiry WHERE answered_at IS NOT NULL AND length(request) = 0") == 1)
            let records = try await office.records(of: [.inquiries(to: "tickets"), .answers(to: "tickets")])
            #expect(records.count == 2)
            for record in records {
                let text = String(decoding: record.value ?? [], as: UTF8.self)
                #expect(!text.contains("secret note"))
                #expect(!text.contains("850315300019"))
                #expect(throws: SealedError.self) { _ = try Sealed.open(text, with: try PrivateKey.generate()) }
            }
            let history = try await office.send("GET", "/v1/access-history", token: try office.token(marat)).json()
            let entry = try JSON.decode(Page<AccessHistory.Entry>.self, from: history).items.first { $0.operation == "ticket-owner" }
            #expect(entry?.case?.hasPrefix("tickets:T") == true)
            #expect(entry?.body == "justice")
            #expect(entry?.basis == "permits-law-2014")
            #expect(entry?.fields == ["note"])
            #expect(entry?.service == "tickets")
        }
    }

    @Test func `an inquiry that asks too much is answered with a refusal and stands in the journal`() async throws {
        try await TicketOffice.run { office in
            _ = try await office.open("curious", by: marat, key: "k")
            try await eventually("the refusal came back") { try await office.effects("refused: forbidden-text") == 1 }
            #expect(try await office.count("journal WHERE operation = 'ticket-owner' AND outcome = 'refused'") == 1)
        }
    }

    @Test func `a message delivered again has no second effect`() async throws {
        try await TicketOffice.run { office in
            _ = try await office.open("a", by: marat, key: "k")
            try await eventually("the event took effect") { try await office.effects("opened") == 1 }
            let sent = try await office.records(of: [TicketOpened.topic])
            let producer = try Producer(office.place.kafka)
            for _ in 0..<3 {
                try await producer.send(sent.map { KafkaRecord(topic: $0.topic, key: $0.key, value: $0.value, headers: $0.headers) })
            }
            _ = try await office.open("b", by: marat, key: "k2")
            try await eventually("a later event took effect") { try await office.effects("opened") == 2 }
            await producer.close()
            #expect(try await office.count("inbox") >= 2)
        }
    }

    @Test func `what is no CloudEvent, of an unknown type, or does not fit is parked; its key waits, others go on; an operator decides`() async throws {
        try await TicketOffice.run { office in
            let topic = TicketOpened.topic.name(prefix: office.place.prefix)
            let good = try await office.event(TicketOpened(ticket: .v7()))
            // An event of its own: with the id of another it would count as that one's duplicate.
            var unfit = try await office.event(TicketOpened(ticket: .v7()))
            unfit.value = Array(#"{"ticket":"not a uuid"}"#.utf8)
            unfit.key = Array("unfit".utf8)
            var behind = try await office.event(TicketOpened(ticket: .v7()))
            behind.key = Array("unfit".utf8)
            var unknown = try await office.event(TicketOpened(ticket: .v7()))
            unknown.headers = unknown.headers.map { $0.name == "ce_type" ? KafkaHeader("ce_type", "kz.egov.nothing.v1") : $0 }
            let plain = KafkaRecord(topic: topic, key: nil, value: Array("hello".utf8))
            let producer = try Producer(office.place.kafka)
            for record in [plain, unknown, unfit, behind, good] { try await producer.send([record]) }
            await producer.close()
            try await eventually("four are parked") { try await office.count("parked WHERE state = 'parked'") == 4 }
            try await eventually("the good one took effect") { try await office.effects("opened") == 1 }
            let token = try office.token(operatorCaller)
            let list = try JSON.decode(Page<ParkedMessage>.self, from: try await office.send("GET", "/v1/parked-messages", token: token).json()).items
            #expect(list.count == 4)
            let waiting = list.filter { $0.key == "unfit" }.sorted { $0.offset < $1.offset }
            #expect(waiting.count == 2)
            #expect(try await office.send("GET", "/v1/status", token: token).json()["parked"]?.int == 4)
            let tooEarly = try await office.send("POST", "/v1/parked-messages/\(waiting[1].id.text)/replay", token: token, key: "r1")
            #expect(tooEarly.status == 409)
            let silent = try await office.send("POST", "/v1/parked-messages/\(waiting[0].id.text)/discard", token: token, key: "d0", body: "{}")
            #expect(silent.status == 422)
            let discarded = try await office.send("POST", "/v1/parked-messages/\(waiting[0].id.text)/discard", token: token, key: "d1", body: #"{"reason":"a test sent it"}"#)
            #expect(discarded.status == 200)
            // Nothing was wrong with the one behind it: its key is free, so it took effect by itself.
            #expect(try await office.effects("opened") == 2)
            let replayed = try await office.send("POST", "/v1/parked-messages/\(waiting[1].id.text)/replay", token: token, key: "r2")
            #expect(replayed.status == 200)
            #expect(try await office.effects("opened") == 2)
            let failing = list.filter { $0.key != "unfit" }[0].id.text
            let again = try await office.send("POST", "/v1/parked-messages/\(failing)/replay", token: token, key: "r3")
            #expect(try again.problem().rule == "replay-failed")
            #expect(try await office.count("journal WHERE operation = 'parked-messages.discard' AND capacity = 'operator'") == 1)
        }
    }

    @Test func `inquiries that nobody signed, or another service, are parked and answered by nothing`() async throws {
        try await TicketOffice.run { office in
            let claims = InquiryClaims(
                id: .v7(), asker: "tickets", register: "tickets", issuedAt: Timestamp.now.seconds, expiresAt: Timestamp.now.seconds + 600,
                case: "tickets:T1", basis: "permits-law-2014", body: nil, fields: ["note"], name: "ticket-owner",
                request: ["ticket": .string(UUID.v7().text), "owner": "850315300019"])
            let stranger = try PrivateKey.generate()
            let forged = try Token.sign(claims, key: stranger, kid: office.signing.publicKey.thumbprint, type: "inquiry+jwt")
            let byAnother = try Token.sign(claims, key: office.signIn, kid: office.signIn.publicKey.thumbprint, type: "inquiry+jwt")
            let producer = try Producer(office.place.kafka)
            for token in ["unsigned", forged, byAnother] {
                let sealed = try Sealed.seal(Array(token.utf8), to: office.opening.publicKey, kid: office.opening.publicKey.thumbprint)
                var record = try await office.event(TicketOpened(ticket: .v7()))
                record.topic = Topic.inquiries(to: "tickets").name(prefix: office.place.prefix)
                record.value = Array(sealed.utf8)
                record.headers = record.headers.map { $0.name == "ce_type" ? KafkaHeader("ce_type", TicketWords.owner.inquiryType) : $0 }
                try await producer.send([record])
            }
            await producer.close()
            try await eventually("all three are parked") { try await office.count("parked WHERE state = 'parked'") == 3 }
            #expect(try await office.count("journal WHERE operation = 'ticket-owner'") == 0)
        }
    }

    @Test func `a timer fires once at its moment of the law's clock, over a restart, and not when cancelled`() async throws {
        try await TicketOffice.run { office in
            let token = try office.token(operatorCaller)
            _ = try await office.open("a", by: marat, key: "k1", due: 86_400)
            let cancelled = try await office.open("b", by: marat, key: "k2", due: 86_400).json()["id"]?.string ?? ""
            #expect(try await office.send("POST", "/v1/tickets/\(cancelled)/closing", token: try office.token(marat), key: "c").status == 200)
            #expect(try await office.effects("due") == 0)
            let moved = try await office.send("POST", "/v1/clock", token: token, key: "clock", body: #"{"bySeconds":90000}"#)
            #expect(moved.status == 200)
            try await eventually("the timer fired") { try await office.effects("due") == 1 }
            try await office.restart()
            let reading = try await office.send("GET", "/v1/clock", token: token).json()
            #expect(reading["offsetSeconds"]?.int == 90000)
            _ = try await office.open("c", by: marat, key: "k3", due: 0)
            try await eventually("a timer of the past fired at once") { try await office.effects("due") == 2 }
            #expect(try await office.count("timer WHERE type = 'ticket-due'") == 0)
        }
    }

    @Test func `what was accepted while no relay ran is published after a restart, the numbers never twice`() async throws {
        try await TicketOffice.run { office in
            for index in 0..<50 { _ = try await office.open("a", by: marat, key: "k\(index)") }
            try await office.restart {
                _ = try await office.database.run(Batch(statements: ["SELECT 1"]))
            }
            for index in 50..<60 { _ = try await office.open("a", by: marat, key: "k\(index)") }
            try await eventually("all took effect") { try await office.effects("opened") == 60 }
            try await eventually("all were answered") { try await office.effects("the secret note") == 60 }
            #expect(try await office.count("ticket") == 60)
            #expect(try await office.count("(SELECT DISTINCT number FROM ticket) AS numbers") == 60)
        }
    }
}

extension TicketOffice {
    /// An event as the relay would publish it.
    func event(_ event: TicketOpened) async throws -> KafkaRecord {
        let message = CloudEvent(
            id: .v7(), source: "tickets", type: TicketOpened.type, time: .now, subject: event.key, traceparent: nil,
            key: Array(event.key.utf8), data: try JSON.encode(event))
        return KafkaRecord(
            topic: TicketOpened.topic.name(prefix: place.prefix), key: message.key, value: message.data, headers: message.headers)
    }

    func records(of topics: [Topic]) async throws -> [ConsumedRecord] {
        let reader = try TopicReader(place.kafka)
        var records: [ConsumedRecord] = []
        for topic in topics { records += try await reader.records(of: topic.name(prefix: place.prefix)) }
        await reader.close()
        return records
    }
}
