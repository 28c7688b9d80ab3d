import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import TestSupport

/// One platform, two instances of each service, from its start to the check of all that must hold.
@Loop final class Round {
    private let platform: Platform
    private let surroundings: Saboteur.Surroundings
    private let ledger = Ledger()
    private let findings: Findings
    private let clients: Clients
    private let saboteur: Saboteur
    private let watch: RelayWatch

    /// Starts a platform, lets it suffer for so long, and returns what was done and found.
    static func run(_ surroundings: Saboteur.Surroundings, seed: UInt64, for time: Duration) async throws -> Tally {
        let findings = Findings(round: "seed \(seed)")
        var random = SeededNumbers(seed: seed)
        var options = Platform.Options()
        options.databaseServer = try await surroundings.postgres.address()
        options.databaseAddress = surroundings.databaseWire.address
        options.kafkaBootstrap = surroundings.brokerWire.address
        options.instances = 2
        options.persons = People.crowd(10)
        // Static members are taken back under their name, dynamic ones leave a gap until their session is over.
        options.hasInstanceIDs = random.isChosen(oneIn: 2)
        options.settings["KAFKA_PROPERTIES"] = "session.timeout.ms=6000\nheartbeat.interval.ms=1000\nreconnect.backoff.max.ms=1000"
        let (chosen, clientSeed, faultSeed) = (options, random.next(), random.next())
        let tally = Holder(Tally())
        do {
            try await Platform.run(chosen) { platform in
                let round = Round(platform, surroundings, findings, clientSeed, faultSeed)
                tally.value = try await round.run(for: time)
                if !findings.all.isEmpty { throw Found(findings: findings.all, seed: seed) }
            }
        } catch is Found {
            tally.value.findings = findings.all
        }
        return tally.value
    }

    private init(
        _ platform: Platform, _ surroundings: Saboteur.Surroundings, _ findings: Findings, _ clientSeed: UInt64, _ faultSeed: UInt64
    ) {
        self.platform = platform
        self.surroundings = surroundings
        self.findings = findings
        clients = Clients(platform, ledger, findings, persons: platform.options.persons.map(\.iin), seed: clientSeed)
        saboteur = Saboteur(platform, surroundings, findings, seed: faultSeed)
        watch = RelayWatch(platform, findings)
    }

    private func run(for time: Duration) async throws -> Tally {
        watch.start()
        let clients = clients, saboteur = saboteur
        let work = Loop.start { try await clients.work() }
        do {
            try await saboteur.work(until: Loop.now + time)
            try await saboteur.heal()
            clients.leave()
            try await work.value
        } catch {
            surroundings.postgres.thaw()
            surroundings.broker.thaw()
            for service in platform.instances { service.thaw() }
            work.cancel()
            throw error
        }
        await watch.stop()
        Report.say("calm: \(ledger.cases.count) applications were accepted; all deadlines pass")
        try await Round.letDeadlinesPass(platform, clients, findings)
        let invariants = Invariants(platform: platform, ledger: ledger, findings: findings)
        let messages = try await invariants.check(clients)
        return Tally(
            rounds: 1, faults: saboteur.done, applications: ledger.cases.count, ended: ledger.cases.values.count { $0.end != nil },
            reads: ledger.reads.count, retries: ledger.retries, unanswered: ledger.unanswered, messages: messages,
            relays: watch.relays.count, sightings: watch.sightings)
    }

    /// What no official has decided is due now; every timer is to fire that has not.
    static func letDeadlinesPass(_ platform: Platform, _ clients: Clients, _ findings: Findings) async throws {
        let call = try platform.request(
            DevelopmentClock.move(for: .eLicense), DevelopmentClock.Move(bySeconds: 60 * 86_400), as: People.administrator, key: "last-move")
        let answer = try await clients.persistently { call }
        findings.expect(answer.status == 200, "the clock was not moved: \(answer.text)")
    }
}

/// A round has found something; its platform's files are kept.
struct Found: Error, CustomStringConvertible {
    var findings: [String]
    var seed: UInt64
    var description: String { "\(findings.count) findings, the first: \(findings.first ?? ""). The same faults again: TEST_SEED=\(seed)" }
}

/// What a campaign did.
struct Tally: Sendable {
    var rounds = 0
    var faults: [Fault: Int] = [:]
    var applications = 0
    var ended = 0
    var reads = 0
    var retries = 0
    var unanswered = 0
    var messages = 0
    var relays = 0
    var sightings = 0
    var findings: [String] = []

    static func += (sum: inout Tally, more: Tally) {
        sum.rounds += more.rounds
        sum.faults.merge(more.faults) { $0 + $1 }
        sum.applications += more.applications
        sum.ended += more.ended
        sum.reads += more.reads
        sum.retries += more.retries
        sum.unanswered += more.unanswered
        sum.messages += more.messages
        sum.relays += more.relays
        sum.sightings += more.sightings
        sum.findings += more.findings
    }

    func say() {
        Report.say("done: \(rounds) rounds, \(faults.values.reduce(0, +)) faults")
        for (fault, count) in faults.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { Report.say("  \(count) × \(fault.rawValue)") }
        Report.say("  \(applications) applications, \(ended) decided or withdrawn, \(reads) reads, \(retries) retries, \(unanswered) tries without an answer")
        Report.say("  \(messages) messages on the topics, \(relays) backends were a relay (\(sightings) sightings)")
        Report.say("found: \(findings.isEmpty ? "nothing" : "\(findings.count) findings")")
    }
}
