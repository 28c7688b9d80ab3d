import Contracts
import EventLoop
import FoundationEssentials
import HTTP

/// Clients that go round the instances of a service and send what was not answered once more, with the same key, to the next one.
@Loop final class RoundRobin {
    private let platform: Platform
    private let ledger: Ledger
    private let findings: Findings
    private let persons: [IIN]
    private var turn = 0
    private var isOver = false
    private(set) var asked = 0
    private(set) var repeated = 0

    init(_ platform: Platform, _ ledger: Ledger, _ findings: Findings) {
        self.platform = platform
        self.ledger = ledger
        self.findings = findings
        persons = platform.options.persons.map(\.iin)
    }

    /// So many at once, until ``leave()``.
    func work(_ clients: Int) async throws {
        let tasks = (0..<clients).map { number in Loop.start { try await self.applyAndRead(number) } }
        for task in tasks { try await task.value }
    }

    func leave() { isOver = true }

    private func applyAndRead(_ client: Int) async throws {
        var round = 0
        while !isOver {
            round += 1
            let iin = persons[(client + round) % persons.count]
            let citizen = Caller.citizen(iin)
            let kind: LicenceKindCode = round % 3 == 0 ? Clients.neverGranted : "advocate"
            let submission = try platform.request(
                Licences.submit, Licences.Submission(kind: kind, language: .ru), as: citizen, key: "apply-\(client)-\(round)")
            guard let answer = try await ask(submission, success: 201) else { continue }
            let receipt = try answer.decoded(Licences.Receipt.self)
            ledger.submitted(
                Ledger.Case(receipt: receipt, kind: kind, applicant: iin),
                Ledger.Change(call: submission, caller: citizen, status: answer.status, body: answer.body))
            var read = try platform.request(Licences.application, Licences.ApplicationQuery(number: receipt.number), as: citizen)
            let trace = UUID().uuidString.lowercased().replacing("-", with: "")
            read.headers["traceparent"] = "00-\(trace)-\(trace.prefix(16))-01"
            guard try await ask(read, success: 200) != nil else { continue }
            ledger.read(Ledger.Read(
                trace: trace, service: .eLicense, operation: Licences.application.name, caller: citizen, shown: [receipt.number]))
        }
    }

    /// Nil, and a finding, when the second try was not answered as wished either.
    private func ask(_ call: Call, success: Int) async throws -> HTTPClientResponse? {
        asked += 1
        turn += 1
        let place = turn
        if let answer = try await once(call, at: place), answer.status == success { return answer }
        repeated += 1
        let answer = try await once(call, at: place + 1)
        if let answer, answer.status == success { return answer }
        findings.report("\(call.method) \(call.path), sent once more, was answered \(answer.map { "\($0.status) \($0.text)" } ?? "not at all")")
        return nil
    }

    /// Asks one instance of the round. One that says *come back later* says when.
    private func once(_ call: Call, at turn: Int) async throws -> HTTPClientResponse? {
        let places = platform.instances.filter { $0.name == call.service }
        let place = places[turn % places.count]
        guard !place.address.isEmpty, let answer = try? await platform.send(call, to: place.address) else { return nil }
        if answer.status == 503 {
            let seconds = answer.headers["Retry-After"].flatMap { Int($0) }
            findings.expect(seconds != nil, "a 503 without Retry-After: \(answer.text)")
            try await Loop.sleep(for: .seconds(seconds ?? 1))
        }
        return answer
    }
}
