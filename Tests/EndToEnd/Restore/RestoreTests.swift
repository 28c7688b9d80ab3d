import Contracts
import EventLoop
import FoundationEssentials
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    /// The drill: everything is killed, the database's disk is lost, and an operator restores it.
    @Suite("Restore", .enabled(if: Servers.isRealKafka)) struct RestoreTests {
        @Test func `under load, to the last WAL nothing accepted is missing`() async throws {
            try await OwnServers.run(.postgres, archive: .synchronous) { servers in
                var options = Platform.Options()
                options.databaseServer = try await servers.address()
                options.hasInstanceIDs = true
                options.persons = People.crowd(6)
                let persons = options.persons.map(\.iin)
                try await Platform.run(options) { platform in
                    let drill = Drill(platform, servers)
                    let ledger = Ledger(), findings = Findings(round: "restore")
                    let clients = Clients(platform, ledger, findings, persons: persons, seed: 1)
                    let work = Loop.start { try await clients.work() }
                    let lost: Int
                    do {
                        try await Loop.sleep(for: .seconds(2))
                        try await drill.backup()
                        let before = ledger.changes.count
                        try await eventually("work is done after the backup too") { ledger.changes.count >= before + 40 }
                        try await drill.loseEverything()
                        lost = ledger.changes.count
                        let restored = try await drill.restore()
                        #expect(restored["lastCommit"]?.string != nil)
                        try await drill.startEverything()
                        try await Loop.sleep(for: .seconds(2))
                        clients.leave()
                        try await work.value
                    } catch {
                        work.cancel()
                        throw error
                    }
                    print("changes accepted before the disk was lost: \(lost), after all: \(ledger.changes.count); reads: \(ledger.reads.count)")
                    let outcome = try await platform.egovctl("doctor", "--seconds", "1", "--json")
                    #expect(try outcome.found() == [], "\(outcome.text)")
                    try await Round.letDeadlinesPass(platform, clients, findings)
                    _ = try await Invariants(platform: platform, ledger: ledger, findings: findings).check(clients)
                    #expect(findings.all == [])
                }
            }
        }

        @Test func `to an earlier moment the state is the one of that moment, and the doctor names what the topics know beyond it`() async throws {
            try await OwnServers.run(.postgres, archive: .afterwards) { servers in
                var options = Platform.Options()
                options.databaseServer = try await servers.address()
                try await Platform.run(options) { platform in
                    let drill = Drill(platform, servers)
                    let first = try await drill.application("advocate", People.applicant)
                    try await drill.backup()
                    let second = try await drill.application("notary", People.applicant)
                    try await platform.untilPublished()
                    try await Loop.sleep(for: .milliseconds(1500))
                    let moment = Timestamp.now
                    try await Loop.sleep(for: .milliseconds(1500))
                    let third = try await drill.application("bailiff", People.secondApplicant)
                    _ = try await platform.call(Licences.decide, Licences.Decision(number: second.number, outcome: .issue), as: People.official)
                    try await platform.untilPublished()

                    try await drill.loseEverything(keeping: "lost")
                    _ = try await drill.restore("--to-time", "\(moment)", "--old-cluster", "\(servers.folder)/lost")
                    try await drill.startEverything()

                    let licences = try platform.database(.eLicense)
                    #expect(try await licences.count("application") == 2)
                    #expect(try await licences.count("licence") == 0)
                    #expect(try await licences.count("application WHERE number = \(third.number.rawValue)") == 0)
                    let citizen = Caller.citizen(People.applicant)
                    #expect(try await platform.application(first.number, as: citizen).facts?.answeredAt != nil)
                    #expect(try await platform.application(second.number, as: citizen).licence == nil)

                    let outcome = try await platform.egovctl("doctor", "--seconds", "1", "--json")
                    print(outcome.output)
                    #expect(outcome.code == 1)
                    let found = try outcome.items().filter { $0["kind"]?.string != "soon" }
                    #expect(found.allSatisfy { $0["check"]?.string?.hasPrefix("restored-") == true }, "\(outcome.text)")
                    // What it has said: the third application, the decision on the second and its licence; and that it has asked and answered.
                    let forgotten = found.filter { $0["check"]?.string == "restored-forgotten" }
                    let events = forgotten.flatMap { $0["items"]?.array ?? [] }.compactMap(\.string)
                    let onTopic = events.filter { $0.hasPrefix(ApplicationSubmitted.topic.name(prefix: platform.prefix)) }
                    #expect(onTopic.count == 3, "\(onTopic)")
                    #expect(onTopic.filter { $0.contains(third.id.text) }.count == 1 && onTopic.filter { $0.contains(second.id.text) }.count == 2)
                    #expect(!events.contains { $0.contains(first.id.text) })
                    #expect(Set(forgotten.compactMap { $0["subject"]?.string }) == ["e-license", "natural-persons"])
                    // What it has heard and does not know any more.
                    let undelivered = found.filter { $0["check"]?.string == "restored-undelivered" }
                    #expect(undelivered.compactMap { $0["subject"]?.string }.sorted() == ["e-license", "natural-persons"])
                    #expect(undelivered.allSatisfy { $0["what"]?.string?.hasPrefix("1 messages") == true }, "\(undelivered)")

                    try await drill.rewind(undelivered)
                    try await eventually("what was heard before has come again, and is known") {
                        try await platform.egovctl("doctor", "--seconds", "1", "--json").found().contains("restored-undelivered") == false
                    }
                    #expect(try await licences.count("application") == 2)
                    let parked = try await platform.database(.naturalPersons).count("parked") + licences.count("parked")
                    #expect(parked == 0)
                }
            }
        }
    }
}
