import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing

/// What must hold after a campaign, read from databases and topics.
@Loop struct Invariants {
    let platform: Platform
    let ledger: Ledger

    func check(_ campaign: KillCampaign) async throws {
        try await everythingComesToRest()
        try await everyAcceptedApplicationExistsOnce()
        try await everyDecisionExistsOnce()
        try await everyEventIsPublishedAndHasOneID()
        try await everyInquiryIsAnsweredOnce()
        try await everyReadIsInTheJournal()
        try await retriesGetTheSameAnswer(campaign)
        try await nothingIsParked()
    }

    private var licences: ServiceDatabase { get throws { try platform.database(.eLicense) } }
    private var register: ServiceDatabase { get throws { try platform.database(.naturalPersons) } }

    private func everythingComesToRest() async throws {
        let (licences, register) = (try licences, try register)
        try await eventually("the outboxes are empty and all inquiries answered") {
            let waiting = try await licences.count("outbox") + register.count("outbox")
            return try await waiting + licences.count("inquiry WHERE answered_at IS NULL") == 0
        }
    }

    private func everyAcceptedApplicationExistsOnce() async throws {
        let promised = try ledger.receipts().map(\.number.rawValue)
        #expect(Set(promised).count == promised.count, "two callers were given one number")
        let there = try await texts(licences, "SELECT number FROM application ORDER BY number")
        #expect(there == promised.sorted())
        #expect(try await licences.count("idempotency WHERE key LIKE 'apply-%'") == promised.count)
    }

    private func everyDecisionExistsOnce() async throws {
        let promised = try ledger.outcomes()
        let numbers = promised.compactMap(\.licence?.rawValue)
        #expect(Set(numbers).count == numbers.count, "two licences have one number")
        #expect(try await texts(licences, "SELECT number FROM licence ORDER BY number") == numbers.sorted())
        #expect(try await licences.count("application WHERE status = 'issued'") == numbers.count)
        #expect(try await licences.count("application WHERE status = 'refused'") == promised.count - numbers.count)
        // registered, under review, decided: a step that was done twice would show.
        #expect(try await licences.count("application WHERE jsonb_array_length(history) <> 3 OR version <> 3") == 0)
        #expect(try await licences.count("timer WHERE type = 'decision-due'") == 0)
        #expect(try await licences.count("timer WHERE type = 'inquiry-ask-again'") == 0)
    }

    private func everyEventIsPublishedAndHasOneID() async throws {
        let records = try await platform.records(of: ApplicationSubmitted.topic)
        let outcomes = try ledger.outcomes()
        let expected = [
            ApplicationSubmitted.type: ledger.submissions.count, ApplicationDecided.type: outcomes.count,
            LicenceIssued.type: outcomes.filter { $0.licence != nil }.count,
        ]
        for (type, count) in expected {
            let ofType = records.filter { $0.text("ce_type") == type }
            #expect(Set(ofType.map { $0.text("ce_id") }).count == count, "\(type)")
            #expect(Set(ofType.map(\.keyText)).count == count, "\(type)")
        }
        // Within a case, nothing overtakes: first submitted, then decided, then issued.
        let order = [ApplicationSubmitted.type, ApplicationDecided.type, LicenceIssued.type]
        for (_, ofCase) in Dictionary(grouping: records, by: \.keyText) {
            var seen: [String] = []
            for record in ofCase { if let type = record.text("ce_type"), !seen.contains(type) { seen.append(type) } }
            #expect(seen == order.filter(seen.contains))
        }
        print("events: \(records.count) on the topic, \(Set(records.map { $0.text("ce_id") }).count) distinct")
    }

    private func everyInquiryIsAnsweredOnce() async throws {
        let inquiries = try await platform.records(of: .inquiries(to: .naturalPersons))
        let answers = try await platform.records(of: .answers(to: .eLicense))
        let (asked, answered) = (Set(inquiries.map { $0.text("ce_id") }).count, Set(answers.map { $0.text("ce_id") }).count)
        let count = ledger.submissions.count
        #expect(asked == count)
        #expect(answered == count)
        #expect(try await licences.count("inquiry WHERE answered_at IS NOT NULL") == count)
        #expect(try await register.count("inbox WHERE consumer = 'natural-persons'") == asked)
        #expect(try await licences.count("inbox WHERE consumer = 'e-license'") == answered)
        #expect(try await register.count("journal WHERE operation = 'person-extract' AND outcome = 'shown'") == count)
        #expect(try await register.count("(SELECT DISTINCT case_id FROM journal WHERE operation = 'person-extract') AS cases") == count)
        print("inquiries: \(inquiries.count) on the topic, \(asked) distinct; answers: \(answers.count), \(answered) distinct")
    }

    private func everyReadIsInTheJournal() async throws {
        let entries = try await licences.reader.fetch(Query.all(
            "SELECT caller, operation, count(*) FROM journal WHERE outcome = 'shown' GROUP BY caller, operation") { row in
                ("\(try row.column(0, as: String.self)) \(try row.column(1, as: String.self))", Int(try row.column(2, as: Int64.self)))
            })
        let journal = Dictionary(entries) { $0 + $1 }
        #expect(!ledger.reads.isEmpty)
        for (read, count) in ledger.reads { #expect(journal[read, default: 0] >= count, "\(read)") }
        #expect(try await licences.count("journal WHERE operation = 'applications.submit' AND outcome = 'changed'") == ledger.submissions.count)
        #expect(try await licences.count("journal WHERE operation = 'applications.decide' AND outcome = 'changed'") == ledger.decisions.count)
    }

    private func retriesGetTheSameAnswer(_ campaign: KillCampaign) async throws {
        for change in ledger.submissions + ledger.decisions {
            let again = try await campaign.persistently(change.call)
            #expect(again.status == change.status)
            #expect(again.body == change.body)
        }
        #expect(try await licences.count("application") == ledger.submissions.count)
    }

    private func nothingIsParked() async throws {
        #expect(try await licences.count("parked") + register.count("parked") == 0)
    }

    private func texts(_ database: ServiceDatabase, _ statement: Statement) async throws -> [String] {
        try await database.reader.fetch(Query.all(statement) { try $0.column(0) })
    }
}
