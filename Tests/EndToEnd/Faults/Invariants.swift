import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres

/// What must hold after a round, read from outside: from databases, topics and the group's offsets.
@Loop struct Invariants {
    let platform: Platform
    let ledger: Ledger
    let findings: Findings

    /// - Returns: how many messages the topics hold.
    func check(_ clients: Clients) async throws -> Int {
        try await everythingComesToRest()
        let cases = try await CaseRow.all(licences)
        try everyAcceptedApplicationExistsOnce(cases)
        try everyCaseEndedAsWasAnswered(cases)
        try await everyTimerFiredOnce(cases)
        for consumer in [ServiceName.naturalPersons, .eLicense] { try await Offsets(platform, consumer: consumer).checkEffects(findings) }
        let messages = try await MessageInvariants(self).check(cases)
        try await JournalInvariants(self).check(cases)
        try await everyRetryGetsTheSameAnswer(clients)
        findings.expectEqual(try await count("parked"), 0, "parked messages")
        return messages
    }

    var licences: ServiceDatabase { get throws { try platform.database(.eLicense) } }
    var register: ServiceDatabase { get throws { try platform.database(.naturalPersons) } }

    /// Rows in both databases.
    func count(_ rows: Statement) async throws -> Int { try await licences.count(rows) + register.count(rows) }

    // MARK: Rest

    private func everythingComesToRest() async throws {
        let deadline = Loop.now + .seconds(180)
        while true {
            let unrest = try await unrest()
            if unrest.isEmpty { return }
            guard Loop.now < deadline else { return findings.report("after three minutes of calm there still are \(unrest.joined(separator: ", "))") }
            try await Loop.sleep(for: .milliseconds(500))
        }
    }

    /// What is not done yet.
    private func unrest() async throws -> [String] {
        let waiting = [
            ("messages in the outboxes", try await count("outbox")),
            ("unanswered inquiries", try await licences.count("inquiry WHERE answered_at IS NULL")),
            // The clock has gone past all deadlines, and nobody waits for a register.
            ("timers", try await count("timer")),
        ].filter { $0.1 > 0 }
        guard waiting.isEmpty else { return waiting.map { "\($0.1) \($0.0)" } }
        var behind = 0
        for consumer in [ServiceName.naturalPersons, .eLicense] { behind += try await Offsets(platform, consumer: consumer).behind }
        return behind == 0 ? [] : ["\(behind) messages ahead of their consumers"]
    }

    // MARK: Cases

    private func everyAcceptedApplicationExistsOnce(_ cases: [CaseRow]) throws {
        let there = cases.map(\.number)
        findings.expectEqual(there.count, Set(there).count, "applications by their numbers")
        findings.expectSame(Set(there), Set(ledger.cases.keys.map(\.rawValue)), "accepted applications")
    }

    private func everyCaseEndedAsWasAnswered(_ cases: [CaseRow]) throws {
        for row in cases {
            guard let number = LicenceNumber(rawValue: row.number), let promised = ledger.cases[number] else { continue }
            findings.expectEqual(row.id, promised.receipt.id.text, "the id of \(number)")
            if let end = promised.end, end.status == 200 {
                let answer = try JSON.decode(Licences.StatusAnswer.self, from: end.body)
                findings.expectEqual(row.status, answer.status.rawValue, "the status of \(number)")
                findings.expectEqual(row.licence, answer.licence?.rawValue, "the licence of \(number)")
            } else if promised.kind == Clients.neverGranted {
                findings.expect(["registered", "under-review"].contains(row.status), "\(number) is \(row.status), and nobody decided it")
            } else {
                findings.expectEqual(row.status, "deemed-issued", "the status of \(number), which was left to silence")
            }
        }
    }

    private func everyTimerFiredOnce(_ cases: [CaseRow]) async throws {
        let twice = try await texts(licences, """
            SELECT number || ': ' || (step->>'status') FROM application, jsonb_array_elements(history) AS step
            GROUP BY number, step->>'status', step->'text'->>'en' HAVING count(*) > 1
            """)
        findings.expect(twice.isEmpty, "\(twice.count) steps were done twice, such as \(twice.first ?? "")")
        let torn = try await texts(licences, "SELECT number FROM application WHERE jsonb_array_length(history) <> version")
        findings.expect(torn.isEmpty, "\(torn.count) applications have another version than steps, such as \(torn.first ?? "")")
        let overdue = try await texts(licences, """
            SELECT number FROM application, jsonb_array_elements(history) AS step
            WHERE step->'text'->>'en' LIKE 'The deadline passed without a decision;%'
            """)
        let expected = cases.filter { LicenceNumber(rawValue: $0.number).flatMap { ledger.cases[$0] }?.kind == Clients.neverGranted }
        findings.expectSame(Set(overdue), Set(expected.map(\.number)), "applications recorded as overdue")
        let licensed = try await texts(licences, "SELECT application::text FROM licence")
        findings.expectEqual(licensed.count, Set(licensed).count, "licences by their applications")
        findings.expectSame(Set(licensed), Set(cases.filter { $0.licence != nil }.map(\.id)), "licences")
    }

    func texts(_ database: ServiceDatabase, _ statement: Statement) async throws -> [String] {
        try await database.reader.fetch(Query.all(statement) { try $0.column(0) })
    }

    // MARK: Retries

    /// Everything that changed something, once more under its key.
    private func everyRetryGetsTheSameAnswer(_ clients: Clients) async throws {
        let before = try await licences.count("application") + licences.count("idempotency") + licences.count("outbox")
        var left = ledger.changes[...]
        let lanes = (0..<4).map { _ in
            Loop.start {
                while let change = left.popFirst() {
                    var call = change.call
                    call.token = try self.platform.keys.token(change.caller, for: call.service)
                    let again = try await clients.persistently { call }
                    findings.expect(
                        again.status == change.status && again.body == change.body,
                        "\(call.method) \(call.path), key \(call.key ?? ""), was answered \(change.status) \(String(decoding: change.body, as: UTF8.self)) and later \(again.status) \(again.text)")
                }
            }
        }
        for lane in lanes { try await lane.value }
        let after = try await licences.count("application") + licences.count("idempotency") + licences.count("outbox")
        findings.expectEqual(after, before, "rows after retries")
    }
}

/// An application as the database has it.
struct CaseRow: Sendable {
    var id: String
    var number: String
    var applicant: String
    var status: String
    var licence: String?
    /// The register's answer is in the file.
    var hasFacts: Bool

    @Loop static func all(_ database: ServiceDatabase) async throws -> [CaseRow] {
        try await database.reader.fetch(Query.all(
            "SELECT id::text, number, applicant, status, licence, COALESCE(facts->>'answeredAt', '') <> '' FROM application") { row in
                CaseRow(
                    id: try row.column(0), number: try row.column(1), applicant: try row.column(2), status: try row.column(3),
                    licence: try row.column(4), hasFacts: try row.column(5))
            })
    }
}
