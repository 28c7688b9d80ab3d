import Contracts
import EventLoop
import Postgres

/// What must hold of the journals: nobody's data were shown or changed unseen, and nothing stands there that did not happen.
@Loop struct JournalInvariants {
    private let invariants: Invariants
    private var findings: Findings { invariants.findings }

    init(_ invariants: Invariants) { self.invariants = invariants }

    func check(_ cases: [CaseRow]) async throws {
        try await everyReadHasItsEntry(cases)
        try await everyChangeHasItsEntry(cases)
    }

    private struct Entry {
        var operation: String
        var caller: String
        var subject: String?
        var outcome: String
    }

    /// By the trace of the try that was answered: an entry of another try is not enough.
    private func everyReadHasItsEntry(_ cases: [CaseRow]) async throws {
        let applicants = Dictionary(cases.map { ($0.number, $0.applicant) }) { first, _ in first }
        var unseen: [String] = []
        for (service, reads) in Dictionary(grouping: invariants.ledger.reads, by: \.service) {
            let entries = try await entries(of: service)
            for read in reads {
                let own = entries[read.trace, default: []].filter { $0.operation == read.operation && $0.caller == read.caller.key }
                let shown = Set(own.filter { $0.outcome == "shown" }.compactMap(\.subject))
                let subjects = Set(read.shown.compactMap { applicants[$0.rawValue] })
                if own.isEmpty || !subjects.isSubset(of: shown) { unseen.append("\(read.operation) by \(read.caller.key), trace \(read.trace)") }
            }
        }
        findings.expect(unseen.isEmpty, "\(unseen.count) of \(invariants.ledger.reads.count) reads are not in the journal, such as \(unseen.first ?? "")")
        findings.expect(!invariants.ledger.reads.isEmpty, "nobody has read anything")
    }

    private func entries(of service: ServiceName) async throws -> [String: [Entry]] {
        let rows = try await invariants.platform.database(service).reader.fetch(Query.all(
            "SELECT trace, operation, caller, subject, outcome FROM journal WHERE trace IS NOT NULL AND outcome IN ('shown', 'nothing')") { row in
                (try row.column(0, as: String.self), Entry(
                    operation: try row.column(1), caller: try row.column(2), subject: try row.column(3), outcome: try row.column(4)))
            })
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }

    /// Each change, each refusal, and what the service itself did in a case, stands there once.
    private func everyChangeHasItsEntry(_ cases: [CaseRow]) async throws {
        let found = try await invariants.texts(try invariants.licences, """
            SELECT operation || ' ' || outcome || ' ' || case_id || ' ' || count(*) FROM journal
            WHERE outcome IN ('changed', 'refused') AND case_id IS NOT NULL GROUP BY operation, outcome, case_id
            """)
        var expected: Set<String> = []
        for row in cases {
            func expect(_ operation: String, _ outcome: String) { expected.insert("\(operation) \(outcome) e-license:\(row.number) 1") }
            expect("applications.submit", "changed")
            if row.hasFacts { expect("applications.extract-taken", "changed") }
            if row.status == "deemed-issued" { expect("applications.deemed-issued", "changed") }
            guard let end = LicenceNumber(rawValue: row.number).flatMap({ invariants.ledger.cases[$0] })?.end else { continue }
            expect(end.caller == People.official ? "applications.decide" : "applications.withdraw", end.status == 200 ? "changed" : "refused")
        }
        findings.expectSame(Set(found), expected, "entries of changes")
    }
}
