import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import Postgres
import TestSupport

/// Does the faults of a deck to a platform, one after another; those that last overlap with the next.
@Loop final class Saboteur {
    let platform: Platform
    let surroundings: Surroundings
    let findings: Findings
    var random: SeededNumbers
    private(set) var done: [Fault: Int] = [:]
    private(set) var clockMoves = 0
    /// What goes on beside the next faults, until its time is over.
    private var lasting: [Task<Void, Never>] = []
    /// Processes that stand still, and are left to.
    private var frozen: Set<String> = []

    /// What a platform stands on, and may lose.
    struct Surroundings: Sendable {
        let postgres: OwnServers
        let broker: OwnServers
        let databaseWire: Wire
        let brokerWire: Wire
    }

    init(_ platform: Platform, _ surroundings: Surroundings, _ findings: Findings, seed: UInt64) {
        self.platform = platform
        self.surroundings = surroundings
        self.findings = findings
        random = SeededNumbers(seed: seed)
    }

    /// One deck, or as much of it as fits before `deadline`.
    func work(until deadline: ContinuousClock.Instant) async throws {
        let deck = Fault.deck(&random)
        for (index, fault) in deck.enumerated() where Loop.now < deadline {
            try await Loop.sleep(for: random.milliseconds(100...1500))
            let note = try await commit(fault)
            done[fault, default: 0] += 1
            Report.say("fault \(index + 1): \(fault.rawValue)\(note.isEmpty ? "" : ": \(note)")")
            nobodyLeftByItself()
        }
    }

    /// Ends what lasts, and brings back what is away.
    func heal() async throws {
        for task in lasting { await task.value }
        try await surroundings.postgres.start()
        try await surroundings.broker.start()
        nobodyLeftByItself()
        for service in platform.instances where !service.isRunning { try await service.start() }
        for service in platform.instances { try await service.ready() }
        for database in platform.databases.values { try await eventually("the database answers the tests") { (try? await database.count("outbox")) != nil } }
    }

    // MARK: One fault

    private func commit(_ fault: Fault) async throws -> String {
        switch fault {
        case .serviceKill: try await away([one()]) { await $0.crash() }
        case .bothKill: try await away(both()) { await $0.crash() }
        case .serviceRestart: try await away([one()]) { await self.stopInOrder($0) }
        case .serviceStop: freezeService()
        case .backendsEnd: try await endBackends()
        case .backendKill: try await signalBackend(SIGKILL)
        case .backendStop: try await signalBackend(SIGSTOP)
        case .postgresKill: try await down(surroundings.postgres) { try await $0.killFirstProcess() }
        case .postgresCrash: try await down(surroundings.postgres) { try await $0.kill() }
        case .postgresRestart: try await down(surroundings.postgres) { try await $0.stop() }
        case .postgresFreeze: try await freeze(surroundings.postgres)
        case .brokerKill: try await down(surroundings.broker) { try await $0.killFirstProcess() }
        case .brokerRestart: try await down(surroundings.broker) { try await $0.stop() }
        case .brokerFreeze: try await freeze(surroundings.broker)
        case .databaseCut: "\(surroundings.databaseWire.cut()) of them"
        case .brokerCut: "\(surroundings.brokerWire.cut()) of them"
        case .databaseDelay: delay(surroundings.databaseWire)
        case .brokerDelay: delay(surroundings.brokerWire)
        case .databaseStall: stall(surroundings.databaseWire)
        case .brokerStall: stall(surroundings.brokerWire)
        case .offsetsBack: try await setOffsetsBack()
        case .recordsAgain: await produceAgain()
        case .clockMove: await moveClock()
        }
    }

    private func one() -> ServiceProcess? {
        platform.instances.filter { !frozen.contains($0.label) }.randomElement(using: &random)
    }

    /// Both instances of a service, unless one of them stands still at present.
    func both() -> [ServiceProcess?] {
        let name = [ServiceName.naturalPersons, .eLicense].randomElement(using: &random)
        let both = platform.instances.filter { $0.name == name }
        return both.contains { frozen.contains($0.label) } ? [] : both
    }

    /// Ends processes, and starts them after a while; one in four is killed again while it still starts.
    private func away(_ chosen: [ServiceProcess?], _ end: @Loop (ServiceProcess) async -> Void) async throws -> String {
        let chosen = chosen.compactMap { $0 }
        for service in chosen { await end(service) }
        try await Loop.sleep(for: random.milliseconds(0...500))
        for service in chosen { try await service.start() }
        guard random.isChosen(oneIn: 4), let again = chosen.first else { return names(chosen) }
        try await Loop.sleep(for: random.milliseconds(0...300))
        await again.crash()
        try await again.start()
        return "\(names(chosen)), and again while it started"
    }

    func stopInOrder(_ service: ServiceProcess) async {
        let code = await service.terminated()
        findings.expect(code == 0, "\(service.label) ended with \(code) on SIGTERM")
    }

    func names(_ services: [ServiceProcess]) -> String { services.map(\.label).joined(separator: ", ") }

    private func freezeService() -> String {
        guard let service = one() else { return "none to be had" }
        let time = random.milliseconds(300...9000)
        frozen.insert(service.label)
        service.freeze()
        last(for: time) {
            service.thaw()
            self.frozen.remove(service.label)
        }
        return "\(service.label) for \(time)"
    }

    private func down(_ servers: OwnServers, _ end: @Loop (OwnServers) async throws -> Void) async throws -> String {
        try await end(servers)
        let pause = random.milliseconds(0...3000)
        try await Loop.sleep(for: pause)
        try await servers.start()
        return "away for \(pause) and its start"
    }

    private func freeze(_ servers: OwnServers) async throws -> String {
        let time = random.milliseconds(500...4000)
        try await servers.freeze()
        try await Loop.sleep(for: time)
        servers.thaw()
        return "for \(time)"
    }

    private func delay(_ wire: Wire) -> String {
        let (delay, time) = (random.milliseconds(5...150), random.milliseconds(1000...6000))
        wire.delay = delay
        last(for: time) { wire.delay = .zero }
        return "\(delay) each way for \(time)"
    }

    private func stall(_ wire: Wire) -> String {
        let time = random.milliseconds(500...8000)
        let cuts = random.isChosen(oneIn: 2)
        wire.isStalled = true
        last(for: time) {
            wire.isStalled = false
            if cuts { wire.cut() }
        }
        return "for \(time)\(cuts ? ", then cut" : "")"
    }

    private func moveClock() async -> String {
        do {
            _ = try await platform.call(
                DevelopmentClock.move(for: .eLicense), DevelopmentClock.Move(bySeconds: 40 * 86_400), as: People.administrator)
            return "40 days ahead"
        } catch {
            return "not answered"
        }
    }

    // MARK: What lasts

    func last(for time: Duration, _ end: @escaping @Loop @Sendable () -> Void) {
        lasting.append(Loop.spawn {
            try? await Loop.sleep(for: time)
            end()
        })
    }

    private func nobodyLeftByItself() {
        for service in platform.instances where !service.isRunning {
            let words = service.log.split(separator: "\n").filter { $0.contains("ssertion") || $0.contains("atal error") || $0.contains("crashed") }
            findings.report("\(service.label) has ended by itself: \(words.suffix(5).joined(separator: " | ")) … \(service.log.suffix(1000))")
        }
    }
}
