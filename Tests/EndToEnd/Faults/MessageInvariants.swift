import Contracts
import EventLoop
import Kafka
import Postgres

/// What must hold of messages: published if and only if the state changed, in order, and of one effect each.
@Loop struct MessageInvariants {
    private let invariants: Invariants
    private var findings: Findings { invariants.findings }

    init(_ invariants: Invariants) { self.invariants = invariants }

    /// - Returns: how many messages the topics hold.
    func check(_ cases: [CaseRow]) async throws -> Int {
        let events = try await invariants.platform.records(of: ApplicationSubmitted.topic)
        everyEventIsPublishedOnce(events, cases)
        orderHolds(events)
        let inquiries = try await invariants.platform.records(of: .inquiries(to: .naturalPersons))
        let answers = try await invariants.platform.records(of: .answers(to: .eLicense))
        try await everyInquiryTookEffectOnce(inquiries, answers, cases)
        return events.count + inquiries.count + answers.count
    }

    /// Each fact has one id, however often it stands on the topic.
    private func everyEventIsPublishedOnce(_ events: [ConsumedRecord], _ cases: [CaseRow]) {
        let decided: Set = ["issued", "refused", "deemed-issued"]
        let expected: [(type: String, keys: [String])] = [
            (ApplicationSubmitted.type, cases.map(\.id)),
            (ApplicationDecided.type, cases.filter { decided.contains($0.status) }.map(\.id)),
            (LicenceIssued.type, cases.filter { $0.licence != nil }.map(\.id)),
            (ApplicationWithdrawn.type, cases.filter { $0.status == "withdrawn" }.map(\.id)),
        ]
        for (type, keys) in expected {
            let ids = Set(events.filter { $0.text("ce_type") == type }.map { "\($0.keyText) \($0.text("ce_id") ?? "")" })
            let found = Set(ids.compactMap { $0.split(separator: " ").first.map(String.init) })
            findings.expectSame(found, Set(keys), "messages \(type) by their keys")
            findings.expectEqual(ids.count, keys.count, "messages \(type) by their ids")
        }
    }

    /// Within a case nothing overtakes: first submitted, then decided or withdrawn, then issued.
    private func orderHolds(_ events: [ConsumedRecord]) {
        let order = [ApplicationSubmitted.type, ApplicationDecided.type, LicenceIssued.type, ApplicationWithdrawn.type]
        for (key, ofCase) in Dictionary(grouping: events, by: \.keyText) {
            findings.expectEqual(Set(ofCase.map(\.partition)).count, 1, "partitions of the key \(key)")
            var seen: [String] = []
            for record in ofCase { if let type = record.text("ce_type"), !seen.contains(type) { seen.append(type) } }
            findings.expectEqual(seen, order.filter(seen.contains), "the order of the first messages of \(key)")
        }
    }

    /// Each question was asked by one decision to ask, journalled and answered once; each answer was taken once.
    private func everyInquiryTookEffectOnce(_ inquiries: [ConsumedRecord], _ answers: [ConsumedRecord], _ cases: [CaseRow]) async throws {
        let (licences, register) = (try invariants.licences, try invariants.register)
        let (asked, answered) = (ids(inquiries), ids(answers))
        findings.expectSame(Set(try await inbox(of: .naturalPersons, register)), Set(asked.keys), "inquiries in the register's inbox")
        findings.expectSame(Set(try await inbox(of: .eLicense, licences)), Set(answered.keys), "answers in the inbox")
        let attempts = try await licences.reader.fetch(Query.all("SELECT case_id, sum(attempts)::bigint FROM inquiry GROUP BY case_id") { row in
            (try row.column(0, as: String.self), Int(try row.column(1, as: Int64.self)))
        })
        compare(Dictionary(attempts) { $0 + $1 }, counts(asked.values), "was asked about by its inquiries and by the topic")
        compare(counts(answered.values), counts(asked.values), "was answered and asked about")
        let journalled = try await invariants.texts(register, "SELECT case_id FROM journal WHERE operation = 'person-extract' AND outcome = 'shown'")
        compare(counts(journalled), counts(asked.values), "stands in the register's journal and was asked about")
        findings.expectEqual(try await licences.count("inquiry"), cases.count, "inquiries")
    }

    /// The distinct messages of a topic, with their keys.
    private func ids(_ records: [ConsumedRecord]) -> [String: String] {
        Dictionary(records.map { ($0.text("ce_id") ?? "", $0.keyText) }) { first, _ in first }
    }

    private func inbox(of consumer: ServiceName, _ database: ServiceDatabase) async throws -> [String] {
        try await invariants.texts(database, "SELECT message_id::text FROM inbox WHERE consumer = \(consumer.rawValue)")
    }

    private func counts(_ names: some Sequence<String>) -> [String: Int] { Dictionary(names.map { ($0, 1) }) { $0 + $1 } }

    private func compare(_ found: [String: Int], _ expected: [String: Int], _ what: String) {
        let other = Set(found.keys).union(expected.keys).filter { found[$0] != expected[$0] }.sorted()
        guard let first = other.first else { return }
        findings.report("each case \(what) equally often, but not \(other.count), such as \(first): \(found[first] ?? 0) and \(expected[first] ?? 0) times")
    }
}
