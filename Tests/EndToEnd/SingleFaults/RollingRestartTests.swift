import Contracts
import EventLoop
import HTTP
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Rolling restart") struct RollingRestartTests {
        @Test func `of two instances in turn, under load: no request fails that its client sends once more with the same key`() async throws {
            var options = Platform.Options()
            options.instances = 2
            options.persons = People.crowd(10)
            try await Platform.run(options) { platform in
                let ledger = Ledger(), findings = Findings(round: "rolling restart")
                let clients = RoundRobin(platform, ledger, findings)
                let work = Loop.start { try await clients.work(8) }
                let instances = platform.instances.filter { $0.name == .eLicense }
                for _ in 1...3 {
                    for instance in instances {
                        // Longer than the second after which clients of one that was not ready were told to come back.
                        try await Loop.sleep(for: .seconds(2))
                        #expect(await instance.terminated() == 0)
                        try await instance.start()
                        try await instance.ready()
                    }
                }
                clients.leave()
                try await work.value
                print("rolling restart: \(clients.asked) requests, \(clients.repeated) sent once more, \(ledger.cases.count) applications")
                #expect(clients.repeated > 0 && ledger.cases.count > 20)
                try await platform.checkInvariants(ledger, findings)
                #expect(findings.all.isEmpty, "\(findings.all.count) findings, the first: \(findings.all.first ?? "")")
            }
        }
    }
}

extension Platform {
    /// Lets all deadlines pass, and checks what must hold after a time of faults.
    func checkInvariants(_ ledger: Ledger, _ findings: Findings) async throws {
        let clients = Clients(self, ledger, findings, persons: options.persons.map(\.iin), seed: 1)
        let move = try request(
            DevelopmentClock.move(for: .eLicense), DevelopmentClock.Move(bySeconds: 60 * 86_400), as: People.administrator, key: "last-move")
        let moved = try await clients.persistently { move }
        findings.expect(moved.status == 200, "the clock was not moved: \(moved.text)")
        let messages = try await Invariants(platform: self, ledger: ledger, findings: findings).check(clients)
        print("invariants: \(ledger.cases.count) applications, \(ledger.reads.count) reads, \(messages) messages; \(findings.all.count) findings")
    }
}
