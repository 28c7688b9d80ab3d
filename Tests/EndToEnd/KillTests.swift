import Contracts
import EventLoop
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Killed services") struct KillTests {
        /// Fixed, so that a run can be told about; `TEST_SEED` gives another.
        private static let seed = Platform.variable("TEST_SEED").flatMap { UInt64($0) } ?? 20_240_516

        @Test func `twenty kills of services at any moment lose nothing and double nothing`() async throws {
            print("seed of the kills: \(KillTests.seed)")
            var options = Platform.Options()
            options.hasInstanceIDs = true
            options.persons = People.crowd(8)
            let persons = options.persons.map(\.iin)
            try await Platform.run(options) { platform in
                let campaign = KillCampaign(platform, persons: persons, kills: 20, seed: KillTests.seed)
                let started = Loop.now
                try await campaign.run()
                let ledger = campaign.ledger
                print("\(ledger.submissions.count) applications, \(ledger.decisions.count) decisions, \(ledger.unanswered) tries without an answer, in \(Loop.now - started)")
                try await Invariants(platform: platform, ledger: ledger).check(campaign)
            }
        }
    }
}
