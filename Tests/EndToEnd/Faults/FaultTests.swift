import EventLoop
import FoundationEssentials
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Faults") struct FaultTests {
        /// `TEST_SEED` is the seed of the first round; the others follow from it. `TEST_FAULT_MINUTES` is how long new rounds begin.
        @Test(.enabled(if: Servers.isRealKafka, "DevBroker keeps nothing over a restart"))
        func `nothing is lost and nothing doubled while processes, servers and connections fail`() async throws {
            let seed = Platform.variable("TEST_SEED").flatMap { UInt64($0) } ?? UInt64.random(in: 1...999_999_999)
            let minutes = Platform.variable("TEST_FAULT_MINUTES").flatMap { Int($0) } ?? 2
            Report.say("campaign: first seed \(seed), \(minutes) minutes")
            try await FaultTests.campaign(seed: seed, minutes: minutes)
        }

        private static func campaign(seed: UInt64, minutes: Int) async throws {
            let wires = try await Loop.run { (database: try Wire(), broker: try Wire()) }
            try await OwnServers.run(.postgres) { postgres in
                wires.database.target = try await postgres.port()
                try await OwnServers.run(.broker, ["KAFKA_ADVERTISED": wires.broker.address]) { broker in
                    wires.broker.target = try await broker.port()
                    let surroundings = Saboteur.Surroundings(
                        postgres: postgres, broker: broker, databaseWire: wires.database, brokerWire: wires.broker)
                    try await rounds(surroundings, seed: seed, until: Loop.now + .seconds(60 * minutes))
                }
            }
            try await Loop.run {
                wires.database.close()
                wires.broker.close()
            }
        }

        /// A round goes through a deck of faults, or ends with the campaign's time; a short rest of it is not worth a round.
        @Loop private static func rounds(_ surroundings: Saboteur.Surroundings, seed: UInt64, until end: ContinuousClock.Instant) async throws {
            var total = Tally(), seed = seed
            defer { total.say() }
            repeat {
                Report.say("round \(total.rounds + 1): seed \(seed)")
                total += try await Round.run(surroundings, seed: seed, for: max(end - Loop.now, .seconds(45)))
                if !total.findings.isEmpty { throw Found(findings: total.findings, seed: seed) }
                var next = SeededNumbers(seed: seed)
                seed = next.next() % 1_000_000_000
            } while end - Loop.now > .seconds(20)
        }
    }
}
