import Contracts
import EventLoop
import FoundationEssentials
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Testing
import Trust

struct OwnerRequest: Codable, Sendable { var item: String }
struct Owner: Codable, Sendable { var name: String }

@Suite(.enabled(if: Servers.areThere), .serialized) struct InquiryTests {
    static let owner = Inquiry<OwnerRequest, Owner>(
        "registry", "item-owner", summary: LocalizedText(kk: "Иесі", ru: "Владелец", en: "Owner"), subject: { _ in nil })

    /// Asks, and says which question it was.
    @Loop static func ask(_ shop: Workshop, case number: String = "W1") async throws -> UUID {
        let work = Write(caller: .service("workshop"), now: .now, place: shop.workPlace(shop.database))
        try work.ask(
            owner, OwnerRequest(item: "secret item"), case: try CaseID("workshop", number), basis: "permits-law-2014", body: "justice", fields: ["name"])
        try await shop.run(work.collected)
        return try await shop.database.fetch(Query("SELECT id FROM inquiry WHERE case_id = \("workshop:" + number)") { rows in
            guard let row = rows.first else { throw NoQuestion() }
            return try row.column(0)
        })
    }

    struct NoQuestion: Error {}

    /// An answer as `signer` would send it.
    @Loop static func answer(
        _ shop: Workshop, to inquiry: UUID, by signer: ServiceKeys, as register: ServiceName = "registry", case caseID: String = "workshop:W1",
        name: String = "item-owner", key: String? = nil, owner: String
    ) throws -> KafkaRecord {
        let now = Timestamp.now.seconds
        let extract = InquiryAnswer(inquiry: inquiry, answeredAt: .now, extract: Owner(name: owner))
        let claims = AnswerClaims(
            inquiry: inquiry, register: register, asker: "workshop", issuedAt: now, expiresAt: now + 600, case: caseID, name: name,
            answer: try JSON.tree(extract))
        let message = CloudEvent(
            id: .v7(), source: register, type: Self.owner.answerType, time: .now, subject: caseID, contentType: "application/jose",
            traceparent: nil, key: Array((key ?? caseID).utf8),
            data: try signer.signedAndSealed(claims, type: Inquiries.answerToken, to: "workshop"))
        return KafkaRecord(
            topic: Topic.answers(to: "workshop").name(prefix: shop.place.prefix), key: message.key, value: message.data, headers: message.headers)
    }

    @Loop static func taking(_ shop: Workshop) -> MessageHandler {
        .answer(of: "workshop", to: owner) { answer, work in
            Workshop.effect(ItemMoved(item: answer.extract?.name ?? "none", step: 1), by: "answer", in: work)
        }
    }

    /// However few the statistics say are open, no other index is the shorter way.
    @Test func `an inquiry is found by its id however many are open`() async throws {
        try await Workshop.run { shop in
            let id = try await InquiryTests.ask(shop)
            try await shop.run([
                """
                INSERT INTO inquiry (id, register, name, type, case_id, basis, fields, request, asked_at, answered_at)
                SELECT gen_random_uuid(), 'registry', 'item-owner', 'x', 'workshop:W' || n, 'x', '{}', '', now(), now()
                FROM generate_series(1, 5000) AS n
                """,
            ])
            let session = try await shop.database.session()
            // As soon as statistics say that hardly any is open, which is the usual state.
            try await session.execute("ANALYZE inquiry")
            let plan: Statement = "EXPLAIN \(InquiryTable.lockOpen(id).statement)"
            let lines = try await session.fetch(Query<[String]>.all(plan) { try $0.column(0) })
            await session.close()
            #expect(lines.contains { $0.contains("inquiry_pkey") }, "\(lines)")
        }
    }

    @Test func `a question is asked again after its pause, twice as long each time, until it is answered`() async throws {
        try await Workshop.run { shop in
            let id = try await InquiryTests.ask(shop)
            let runner = shop.timers("asker", [], clockMayMove: true)
            runner.start()
            @Loop func move(minutes: Int64) async throws {
                try await shop.run([LawClock.move(ahead: minutes * 60_000_000)])
                runner.wake()
            }
            @Loop func asked(_ times: Int) async throws -> Bool {
                let reminders = try await shop.count("timer WHERE type = 'inquiry-ask-again'")
                return try await shop.count("outbox WHERE type = \(InquiryTests.owner.inquiryType)") == times && reminders == 1
            }
            @Loop func pause() async throws -> Duration {
                try await shop.database.fetch(Query("SELECT fire_at FROM timer") { try $0.first?.column(0) ?? .now }) - .now
            }
            #expect(try await asked(1))
            try await move(minutes: 9)
            try await Loop.sleep(for: .milliseconds(300))
            #expect(try await asked(1))
            try await move(minutes: 11)
            try await eventually("it is asked a second time") { try await asked(2) }
            // Eleven minutes ahead, and twenty from there.
            #expect(try await pause() > .seconds(30 * 60))
            try await move(minutes: 30)
            try await Loop.sleep(for: .milliseconds(300))
            #expect(try await asked(2))
            try await move(minutes: 32)
            try await eventually("and a third time") { try await asked(3) }
            #expect(try await pause() > .seconds(71 * 60))
            #expect(try await shop.count("inquiry WHERE attempts = 3 AND answered_at IS NULL") == 1)

            let questions = try await shop.questions()
            #expect(Set(questions.map(\.id)) == [id])
            #expect(Set(questions.map(\.request)) == [["item": "secret item"]])
            #expect(try await shop.count("(SELECT DISTINCT id FROM outbox) AS ids") == 3)

            let consumer = try shop.consumer("one", [InquiryTests.taking(shop)])
            consumer.start()
            try await shop.publish([try InquiryTests.answer(shop, to: id, by: shop.parties.register, owner: "first")])
            try await eventually("the answer took effect") { try await shop.count("effect") == 1 }
            #expect(try await shop.count("timer") == 0)
            #expect(try await shop.count("inquiry WHERE answered_at IS NOT NULL AND outcome = 'extract' AND length(request) = 0") == 1)
            try await move(minutes: 60 * 24 * 30)
            try await Loop.sleep(for: .milliseconds(300))
            #expect(try await shop.count("outbox") == 3)
            await runner.stop()
            await consumer.stop()
        }
    }

    @Test func `the first answer counts, a second changes nothing`() async throws {
        try await Workshop.run { shop in
            let id = try await InquiryTests.ask(shop)
            let consumer = try shop.consumer("one", [InquiryTests.taking(shop)])
            consumer.start()
            try await shop.publish([try InquiryTests.answer(shop, to: id, by: shop.parties.register, owner: "first")])
            try await eventually("the first took effect") { try await shop.count("effect") == 1 }
            try await shop.publish([
                try InquiryTests.answer(shop, to: id, by: shop.parties.register, owner: "second"),
                try InquiryTests.answer(shop, to: .v7(), by: shop.parties.register, owner: "unasked"),
            ])
            try await eventually("all have come") { try await shop.count("inbox") == 3 }
            await consumer.stop()
            #expect(try await shop.effects().map(\.item) == ["first"])
            #expect(try await shop.count("parked") == 0)
        }
    }

    @Test func `an answer that another signed, or for another case, key, name or asker, is parked and the question stays open`() async throws {
        try await Workshop.run { shop in
            let parties = shop.parties
            @Loop func ask(_ number: Int) async throws -> UUID { try await InquiryTests.ask(shop, case: "W\(number)") }
            let first = try await ask(1)
            let other = try await ask(6)
            var unsealed = try InquiryTests.answer(shop, to: try await ask(5), by: parties.register, case: "workshop:W5", owner: "unsealed")
            unsealed.value = Array("nobody sealed this".utf8)
            let wrong: [(record: KafkaRecord, error: String)] = [
                (try InquiryTests.answer(shop, to: first, by: parties.register, key: "workshop:W0", owner: "other key"), "the message's key"),
                (try InquiryTests.answer(shop, to: try await ask(2), by: parties.stranger, as: "registry", case: "workshop:W2", owner: "forged"), ""),
                (try InquiryTests.answer(shop, to: try await ask(3), by: parties.stranger, as: "stranger", case: "workshop:W3", owner: "stranger"), ""),
                (try InquiryTests.answer(shop, to: try await ask(4), by: parties.register, case: "workshop:W4", name: "item-price", owner: "other name"),
                    "the message says it is about item-owner"),
                (unsealed, ""),
                (try InquiryTests.answer(shop, to: other, by: parties.register, case: "workshop:W7", owner: "other case"), "does not fit the question"),
            ]
            let consumer = try shop.consumer("one", [InquiryTests.taking(shop)])
            consumer.start()
            for (record, _) in wrong { try await shop.publish([record]) }
            try await eventually("all are parked or took effect") { try await shop.count("parked") + shop.count("effect") >= wrong.count }
            #expect(try await shop.effects() == [])
            #expect(try await shop.count("inquiry WHERE answered_at IS NULL") == 6)
            #expect(try await shop.count("timer") == 6)
            let parked = try await shop.parked().map(\.error)
            for (_, error) in wrong where !error.isEmpty { #expect(parked.contains { $0.contains(error) }, "\(parked)") }
            #expect(!parked.contains(ParkedMessages.behind))
            try await shop.publish([try InquiryTests.answer(shop, to: first, by: parties.register, owner: "right")])
            try await eventually("the right one took effect") { try await shop.count("effect") == 1 }
            await consumer.stop()
            #expect(try await shop.effects().map(\.item) == ["right"])
        }
    }

    @Test func `answers that come together each take their own question; the second to one changes nothing`() async throws {
        try await Workshop.run { shop in
            var records: [KafkaRecord] = []
            for number in 1...40 {
                let id = try await InquiryTests.ask(shop, case: "W\(number)")
                for turn in ["first", "second"] {
                    records.append(try InquiryTests.answer(shop, to: id, by: shop.parties.register, case: "workshop:W\(number)", owner: "\(turn) \(number)"))
                }
            }
            try await shop.publish(records)
            let consumer = try shop.consumer("one", [InquiryTests.taking(shop)])
            consumer.start()
            try await eventually("all have come") { try await shop.count("inbox") == records.count }
            await consumer.stop()
            #expect(try await Set(shop.effects().map(\.item)) == Set((1...40).map { "first \($0)" }))
            #expect(try await shop.count("effect") == 40)
            #expect(try await shop.count("inquiry WHERE outcome = 'extract'") == 40)
            #expect(try await shop.count("timer") == 0)
            #expect(try await shop.count("parked") == 0)
            // Four partitions, up to 32 keys a transaction.
            #expect(try await shop.count("(SELECT DISTINCT xmin::text FROM effect) AS transactions") < 40)
        }
    }
}

extension Workshop {
    /// What the register would read in the questions of the outbox.
    func questions() async throws -> [InquiryClaims] {
        let sealed = try await database.fetch(Query.all("SELECT payload FROM outbox ORDER BY seq") { try $0.column(0) as [UInt8] })
        return try sealed.map { try parties.register.openedAndVerified($0, type: Inquiries.questionToken, as: InquiryClaims.self) }
    }
}
