import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import TestSupport

/// Applicants, officials and readers who ask at full speed, any instance, and ask again with the same key until they are answered.
@Loop final class Clients {
    private let platform: Platform
    private let ledger: Ledger
    private let findings: Findings
    private let persons: [IIN]
    private var random: SeededNumbers
    private var isOver = false

    /// Silence grants the first four; the last waits for an official for ever.
    private static let kinds: [LicenceKindCode] = ["advocate", "notary", "bailiff", "valuation", "poisons"]
    static let neverGranted: LicenceKindCode = "poisons"

    init(_ platform: Platform, _ ledger: Ledger, _ findings: Findings, persons: [IIN], seed: UInt64) {
        self.platform = platform
        self.ledger = ledger
        self.findings = findings
        self.persons = persons
        random = SeededNumbers(seed: seed)
    }

    /// Everybody, until ``leave()``; ends when all have finished the case they were at.
    func work() async throws {
        let applicants = persons.enumerated().map { index, iin in Loop.start { try await self.apply(index, iin) } }
        let readers = [Loop.start { try await self.readQueue() }, Loop.start { try await self.readOwnData() }]
        for task in applicants + readers { try await task.value }
    }

    /// No new case is begun.
    func leave() { isOver = true }

    // MARK: A case

    private func apply(_ index: Int, _ iin: IIN) async throws {
        var round = 0
        while !isOver {
            round += 1
            // Several at once: while one waits for the register, the next is accepted.
            var numbers: [(LicenceNumber, LicenceKindCode)] = []
            for kind in Clients.kinds.shuffled(using: &random).prefix(3) {
                numbers.append((try await submit(kind, iin, key: "apply-\(index)-\(round)-\(kind)"), kind))
            }
            for (number, kind) in numbers { try await end(number, kind, iin) }
        }
    }

    private func submit(_ kind: LicenceKindCode, _ iin: IIN, key: String) async throws -> LicenceNumber {
        let citizen = Caller.citizen(iin)
        let call = try platform.request(Licences.submit, Licences.Submission(kind: kind, language: .ru), as: citizen, key: key)
        let answer = try await twiceAtOnce(call)
        guard answer.status == 201 else { throw Declined(operation: "applications.submit", answer: answer) }
        let receipt = try answer.decoded(Licences.Receipt.self)
        findings.expect(ledger.cases[receipt.number] == nil, "two callers were given the number \(receipt.number)")
        ledger.submitted(
            Ledger.Case(receipt: receipt, kind: kind, applicant: iin),
            Ledger.Change(call: call, caller: citizen, status: answer.status, body: answer.body))
        return receipt.number
    }

    /// What becomes of a case: of ten, six are decided on the register's word, one is refused before, one is taken back, two are left to silence.
    private func end(_ number: LicenceNumber, _ kind: LicenceKindCode, _ iin: IIN) async throws {
        let chance = random.number(1...10)
        if kind == Clients.neverGranted || chance > 8 { return }
        let citizen = Caller.citizen(iin)
        switch chance {
        case 1:
            try await settle(number, try platform.request(Licences.withdraw, Licences.Withdrawal(number: number), as: citizen, key: "end-\(number)"), citizen)
        case 2:
            try await decide(number, issue: false)
        default:
            guard try await seesFacts(number, citizen) else { return }
            try await decide(number, issue: chance > 4)
        }
    }

    /// False when the answer has not come in half a minute, or what waits for it was decided by silence.
    private func seesFacts(_ number: LicenceNumber, _ citizen: Caller) async throws -> Bool {
        for _ in 0..<300 {
            let answer = try await read(Licences.application, Licences.ApplicationQuery(number: number), as: citizen) { _ in [number] }
            if answer.facts?.answeredAt != nil { return answer.status == .underReview }
            try await Loop.sleep(for: .milliseconds(100))
        }
        return false
    }

    private func decide(_ number: LicenceNumber, issue: Bool) async throws {
        let decision =
            issue
            ? Licences.Decision(number: number, outcome: .issue)
            : Licences.Decision(number: number, outcome: .refuse, ground: .qualificationNotMet, reasoning: try LongText("no examination was passed"))
        try await settle(number, try platform.request(Licences.decide, decision, as: People.official, key: "end-\(number)"), People.official)
        guard let end = ledger.cases[number]?.end, end.status == 200 else { return }
        guard let licence = try JSON.decode(Licences.StatusAnswer.self, from: end.body).licence else { return }
        _ = try await read(Licences.check, Licences.LicenceQuery(number: licence), as: nil) { _ in [number] }
    }

    /// A change that silence may have come before.
    private func settle(_ number: LicenceNumber, _ call: Call, _ caller: Caller) async throws {
        let answer = try await twiceAtOnce(call)
        let rule = answer.status == 200 ? nil : try? answer.problem().rule
        let isFine = answer.status == 200 || answer.status == 409 && ["already-decided", "silence-has-granted"].contains(rule)
        findings.expect(isFine, "\(call.method) \(call.path) was answered \(answer.status): \(answer.text)")
        ledger.ended(number, Ledger.Change(call: call, caller: caller, status: answer.status, body: answer.body, rule: rule))
    }

    // MARK: Readers

    private func readQueue() async throws {
        while !isOver {
            _ = try await read(Licences.queue, PageRequest(), as: People.official) { $0.items.map(\.number) }
            try await Loop.sleep(for: .milliseconds(150))
        }
    }

    private func readOwnData() async throws {
        while !isOver {
            guard let iin = persons.randomElement(using: &random) else { return }
            _ = try await read(Persons.own, Empty(), as: .citizen(iin)) { _ in [] }
            _ = try await read(Licences.own, PageRequest(), as: .citizen(iin)) { _ in [] }
            try await Loop.sleep(for: .milliseconds(30))
        }
    }

    // MARK: Asking

    /// Each try has a trace of its own, under which the journal must know it if it is answered.
    private func read<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, as caller: Caller?, _ shown: (Output) -> [LicenceNumber]
    ) async throws -> Output {
        var call = try platform.request(operation, input, as: caller)
        var trace = ""
        let answer = try await persistently {
            trace = Clients.newTrace()
            call.headers["traceparent"] = "00-\(trace)-\(trace.prefix(16))-01"
            return call
        }
        guard answer.status == 200 else { throw Declined(operation: operation.name, answer: answer) }
        let output = try answer.decoded(Output.self)
        ledger.read(Ledger.Read(
            trace: trace, service: operation.service, operation: operation.name, caller: caller ?? .anonymous, shown: shown(output)))
        return output
    }

    /// The same request twice at the same time, maybe at two instances, as an impatient finger sends it; both are answered the same.
    private func twiceAtOnce(_ call: Call) async throws -> HTTPClientResponse {
        let other = Loop.start { try await self.persistently { call } }
        let answer = try await persistently { call }
        let second = try await other.value
        ledger.retries += 1
        findings.expect(
            second.status == answer.status && second.body == answer.body,
            "\(call.method) \(call.path), key \(call.key ?? ""), was answered \(answer.status) \(answer.text) and then \(second.status) \(second.text)")
        return answer
    }

    /// Asks until there is an answer that is not *come back later*: for five minutes at most.
    func persistently(_ call: () -> Call) async throws -> HTTPClientResponse {
        let deadline = Loop.now + .seconds(300)
        var path = ""
        while Loop.now < deadline {
            let call = call()
            path = call.path
            let places = platform.instances.filter { $0.name == call.service && !$0.address.isEmpty }
            if let place = places.randomElement(using: &random),
                let answer = try? await platform.send(call, to: place.address, timeout: .seconds(5)) {
                if answer.status < 500 { return answer }
                findings.expect(answer.status == 503, "\(call.method) \(call.path) was answered \(answer.status): \(answer.text)")
                findings.expect(answer.headers["Retry-After"] != nil, "a 503 without Retry-After: \(answer.text)")
            }
            ledger.unanswered += 1
            if call.key != nil { ledger.retries += 1 }
            try await Loop.sleep(for: .milliseconds(30))
        }
        throw NoAnswerAtAll(path: path)
    }

    private static func newTrace() -> String { UUID().uuidString.lowercased().replacing("-", with: "") }
}

struct NoAnswerAtAll: Error { var path: String }
