import Contracts
import EventLoop
import FoundationEssentials
import Kafka
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Parked messages", .sharedPlatform) struct ParkedTests {
        @Test func `once the cause is gone a message is replayed, what waited behind it follows, and the journal says who did it`() async throws {
            try await onPlatform { platform in
                let register = try platform.database(.naturalPersons)
                let session = try await register.reader.session()
                // A fault that no second try mends: the handler's own table is not there.
                try await session.execute("ALTER TABLE person RENAME TO person_away")
                let receipt = try await platform.submit(as: People.applicant)
                let application = try await platform.application(receipt.number, as: .citizen(People.applicant))
                try await eventually("the inquiry is parked") { try await platform.status(of: .naturalPersons).parked == 1 }
                try await session.execute("ALTER TABLE person_away RENAME TO person")
                await session.close()

                // The same key again: it waits behind, though nothing is wrong with it. Another key goes on.
                let original = try #require(try await platform.records(of: .inquiries(to: .naturalPersons)).first { $0.keyText == application.case.rawValue })
                let again = original.headers.map { $0.name == "ce_id" ? .init("ce_id", UUID.v7().text) : $0 }
                try await platform.publish(.inquiries(to: .naturalPersons), key: original.keyText, value: original.value, headers: again)
                try await eventually("the second waits behind it") { try await platform.status(of: .naturalPersons).parked == 2 }
                let other = try await platform.submit(as: People.secondApplicant)
                try await platform.untilFacts(other.number, .citizen(People.secondApplicant))
                #expect(try await platform.status(of: .naturalPersons).details?.parkedKeys == 1)

                let listed = try await platform.egovctl("messages", "list", "--json").items()
                let ids = listed.compactMap { $0["id"]?.string }
                #expect(ids.count == 2 && listed.last?["error"]?.string?.contains("waits behind") == true)
                let early = try await platform.egovctl("messages", "replay", ids[1], "--operator", "dana")
                #expect(early.code == 4 && early.text.contains("parked-order"), "\(early.text)")
                let replayed = try await platform.egovctl("messages", "replay", ids[0], "--operator", "dana")
                #expect(replayed.code == 0, "\(replayed.text)")
                try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                #expect(try await platform.status(of: .naturalPersons).parked == 0, "what waited behind it has followed")
                #expect(try await register.count("journal WHERE operation = 'parked-messages.replay' AND caller = 'operator:dana' AND case_id = \(ids[0])") == 1)
                #expect(try await register.count("journal WHERE operation = 'person-extract' AND case_id = \(application.case.rawValue)") == 2)
            }
        }
    }
}
