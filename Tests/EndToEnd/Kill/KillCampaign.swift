import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Testing

/// Applicants apply and officials decide while services are killed and started again at moments of a seeded sequence.
@Loop final class KillCampaign {
    let ledger = Ledger()
    private let platform: Platform
    private let persons: [IIN]
    private let kills: Int
    private var random: SeededNumbers
    private var isOver = false

    init(_ platform: Platform, persons: [IIN], kills: Int, seed: UInt64) {
        self.platform = platform
        self.persons = persons
        self.kills = kills
        random = SeededNumbers(seed: seed)
    }

    /// Ends when all kills are done and everyone has finished the case they were at.
    func run() async throws { try await run { try await self.killAndRestart() } }

    /// The same with another disaster than the killer's.
    func run(while disaster: @Loop () async throws -> Void) async throws {
        let applicants = persons.enumerated().map { index, iin in Loop.start { try await self.apply(index, iin) } }
        do { try await disaster() } catch {
            for applicant in applicants { applicant.cancel() }
            throw error
        }
        isOver = true
        for applicant in applicants { try await applicant.value }
    }

    // MARK: The killer

    private func killAndRestart() async throws {
        let names = [ServiceName.naturalPersons, .eLicense]
        for number in 1...kills {
            // Each service has its turn; which moment it is, between steps or within one, is the sequence's.
            let service = try platform.service(names[number <= 2 ? number - 1 : Int.random(in: 0...1, using: &random)])
            let pause = Int.random(in: 50...700, using: &random)
            let away = Int.random(in: 0...300, using: &random)
            try await Loop.sleep(for: .milliseconds(pause))
            await service.crash()
            print("kill \(number): \(service.name) after \(pause) ms, away for \(away) ms")
            try await Loop.sleep(for: .milliseconds(away))
            try await service.start()
            // One in four is killed again while it still starts.
            if Int.random(in: 0...3, using: &random) != 0 { try await service.ready() }
        }
        for service in platform.services.values { try await service.ready() }
    }

    // MARK: The applicants

    private func apply(_ index: Int, _ iin: IIN) async throws {
        let citizen = Caller.citizen(iin)
        var round = 0
        while !isOver || round == 0 {
            round += 1
            // Several at once: while one waits for the register, the next is accepted.
            var numbers: [LicenceNumber] = []
            for kind in ["advocate", "notary", "bailiff"] as [LicenceKindCode] {
                numbers.append(try await submit(kind, citizen, key: "apply-\(index)-\(round)-\(kind)"))
            }
            for (place, number) in numbers.enumerated() {
                try await waitForFacts(number, citizen)
                try await decide(number, issue: (index + round + place) % 3 != 0, key: "decide-\(index)-\(round)-\(place)")
            }
        }
    }

    private func submit(_ kind: LicenceKindCode, _ citizen: Caller, key: String) async throws -> LicenceNumber {
        let submission = try platform.request(Licences.submit, Licences.Submission(kind: kind, language: .ru), as: citizen, key: key)
        let answer = try await twiceAtOnce(submission)
        #expect(answer.status == 201, "\(answer.text)")
        ledger.submitted(.init(call: submission, caller: citizen, status: answer.status, body: answer.body))
        return try answer.decoded(Licences.Receipt.self).number
    }

    private func waitForFacts(_ number: LicenceNumber, _ citizen: Caller) async throws {
        for _ in 0..<600 {
            let query = try platform.request(Licences.application, Licences.ApplicationQuery(number: number), as: citizen)
            let answer = try await persistently(query)
            guard answer.status == 200 else { throw Declined(operation: "applications.read of \(number)", answer: answer) }
            ledger.read(Licences.application.name, by: citizen)
            if try answer.decoded(Licences.Application.self).facts?.answeredAt != nil { return }
            try await Loop.sleep(for: .milliseconds(100))
        }
        Issue.record("the register's extract for \(number) has not come within a minute")
    }

    private func decide(_ number: LicenceNumber, issue: Bool, key: String) async throws {
        let decision =
            issue
            ? Licences.Decision(number: number, outcome: .issue)
            : Licences.Decision(number: number, outcome: .refuse, ground: .qualificationNotMet, reasoning: try LongText("no examination was passed"))
        let call = try platform.request(Licences.decide, decision, as: People.official, key: key)
        let answer = try await twiceAtOnce(call)
        #expect(answer.status == 200, "\(answer.text)")
        ledger.decided(.init(call: call, caller: People.official, status: answer.status, body: answer.body))
        guard answer.status == 200, let licence = try answer.decoded(Licences.StatusAnswer.self).licence else { return }
        let check = try await persistently(try platform.request(Licences.check, Licences.LicenceQuery(number: licence), as: nil))
        #expect(check.status == 200)
        if check.status == 200 { ledger.read(Licences.check.name, by: nil) }
    }

    // MARK: Asking

    /// The same request twice at the same time, as an impatient finger sends it; both are answered the same.
    private func twiceAtOnce(_ call: Call) async throws -> HTTPClientResponse {
        let other = Loop.start { try await self.persistently(call) }
        let answer = try await persistently(call)
        let second = try await other.value
        #expect(second.status == answer.status)
        #expect(second.body == answer.body)
        return answer
    }

    /// Asks until there is an answer that is not *come back later*: for two minutes at most.
    func persistently(_ call: Call) async throws -> HTTPClientResponse {
        for _ in 0..<4000 {
            if let answer = try? await platform.send(call) {
                if answer.status != 503 { return answer }
                #expect(answer.headers["Retry-After"] != nil || answer.text.contains("outcome-unknown"))
            }
            ledger.unanswered += 1
            try await Loop.sleep(for: .milliseconds(30))
        }
        throw NoAnswerAtAll(path: call.path)
    }
}

struct NoAnswerAtAll: Error { var path: String }
