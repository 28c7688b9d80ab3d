import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    /// One thing is broken at a time: exactly that is found, and nothing once it is mended.
    @Suite("The doctor", .sharedPlatform, .enabled(if: Servers.isRealKafka)) struct DoctorTests {
        private static func examine(_ platform: Platform) async throws -> CommandOutcome {
            try await platform.egovctl("doctor", "--seconds", "1", "--json")
        }

        @Test func `a sound platform is found sound`() async throws {
            try await onPlatform { platform in
                let receipt = try await platform.submit(as: People.applicant)
                try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                try await platform.untilPublished()
                let outcome = try await Self.examine(platform)
                #expect(try outcome.found() == [], "\(outcome.text)")
                #expect(outcome.code == (try outcome.items().isEmpty ? 0 : 1))
            }
        }

        @Test func `a parked message is found, shown, replayed in vain and discarded, and the journal has it all`() async throws {
            try await onPlatform { platform in
                try await platform.publish(.inquiries(to: .naturalPersons), key: "a-case", value: Array("850315300019".utf8), headers: [])
                try await eventually("it is parked") { try await platform.status(of: .naturalPersons).parked == 1 }
                let outcome = try await Self.examine(platform)
                #expect(try outcome.found() == ["parked"], "\(outcome.text)")
                #expect(outcome.code == 1)
                #expect(outcome.text.contains("egovctl messages list --service natural-persons"))

                let listed = try await platform.egovctl("messages", "list", "--json")
                let id = try #require(try listed.items().first?["id"]?.string)
                #expect(!listed.output.contains("850315300019"))
                #expect(try await platform.egovctl("messages", "show", id, "--operator", "aizhan").output.contains("850315300019"))
                let replayed = try await platform.egovctl("messages", "replay", id, "--operator", "aizhan")
                #expect(replayed.code == 4 && replayed.text.contains("failed again"), "\(replayed.text)")
                let discarded = try await platform.egovctl("messages", "discard", id, "--operator", "aizhan", "--reason", "a test sent it")
                #expect(discarded.code == 0, "\(discarded.text)")

                let register = try platform.database(.naturalPersons)
                for operation in ["parked-messages.show", "parked-messages.discard"] {
                    #expect(try await register.count("journal WHERE operation = \(operation) AND case_id = \(id) AND caller = 'operator:aizhan'") >= 1, "\(operation)")
                }
                #expect(try await register.count("parked WHERE state = 'discarded' AND reason = 'a test sent it'") == 1)
                #expect(try await Self.examine(platform).found() == [])
            }
        }

        @Test func `a topic whose policy has drifted is found and set right`() async throws {
            try await onPlatform { platform in
                let admin = try Admin(platform.kafka)
                try await admin.alterTopicConfig(ApplicationSubmitted.topic.name(prefix: platform.prefix), ["retention.ms": "1000000000"])
                await admin.close()
                let outcome = try await Self.examine(platform)
                #expect(try outcome.found() == ["topic-differs"], "\(outcome.text)")
                #expect(outcome.text.contains("egovctl topics apply"))
                #expect(try await platform.egovctl("topics", "apply").code == 0)
                #expect(try await Self.examine(platform).found() == [])
            }
        }

        @Test func `a newer database, a late timer and a relay that another holds up are found`() async throws {
            try await onPlatform { platform in
                let licences = try platform.database(.eLicense).reader
                let session = try await licences.session()
                try await session.execute("INSERT INTO migration (series, number, name, checksum) VALUES ('e-license', 99, 'later', '')")
                #expect(try await Self.examine(platform).found() == ["migrations-unknown"])
                try await session.execute("DELETE FROM migration WHERE number = 99")

                try await session.execute("INSERT INTO timer (id, fire_at, type, key, payload) VALUES (\(UUID.v7()), now() - interval '5 minutes', 'of-later', 'x', '')")
                #expect(try await Self.examine(platform).found() == ["timers-late"])
                try await session.execute("DELETE FROM timer WHERE type = 'of-later'")

                // Whoever has the lock and does not publish: here the test.
                let holder = try #require(try await platform.status(of: .eLicense).details?.relayHolder)
                try await session.execute("SELECT pg_terminate_backend(\(holder.process))")
                try await session.advisoryLock(0x7368_616e_7972_6171)
                let old = "\(Timestamp.now - .seconds(100))"
                try await session.execute("""
                    INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers)
                    VALUES (\(UUID.v7()), 'e-license.application.v1', 'x', 'kz.egov.e-license.application-submitted.v1', '{}', jsonb_build_object('ce_time', \(old)))
                    """)
                try await eventually("the relay stands by") { try await platform.status(of: .eLicense).relay == .standingBy }
                let outcome = try await Self.examine(platform)
                #expect(try outcome.found() == ["outbox-old"], "\(outcome.text)")
                #expect(outcome.text.contains("pg_terminate_backend("))
                try await session.execute("DELETE FROM outbox WHERE aggregateid = 'x'")
                await session.close()
                try await eventually("the relay works again") { try await platform.status(of: .eLicense).relay == .publishing }
                #expect(try await Self.examine(platform).found() == [])
            }
        }

        @Test func `a clock that is an hour ahead is found`() async throws {
            try await onPlatform { platform in
                let real = try await platform.status(of: .eLicense)
                var router = Router()
                router.add("GET", "/v1/status") { _, _ in
                    var report = real
                    report.details?.now = .now + .seconds(3700)
                    report.details?.databaseNow = .now
                    return HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(report)))
                }
                let server = HTTPServer(HTTPServerOptions(listen: "127.0.0.1:0"), router: router)
                try server.start()
                let outcome = try await platform.egovctl(
                    "doctor", "--seconds", "1", "--json", "--service", "e-license=http://\(server.boundAddress)",
                    "--service", "natural-persons=http://\(try platform.service(.naturalPersons).address)")
                await server.stop(within: .seconds(1))
                #expect(try outcome.found() == ["clock-skew", "clock-skew", "clock-skew"], "\(outcome.text)")
                #expect(outcome.text.contains("61 min ahead of this machine's"), "\(outcome.text)")
            }
        }

        @Test func `a service that was killed is three, and the others are looked at all the same`() async throws {
            try await onPlatform { platform in
                try await platform.service(.naturalPersons).crash()
                let outcome = try await Self.examine(platform)
                #expect(outcome.code == 3)
                #expect(try outcome.found() == ["service-unreachable"], "\(outcome.text)")
                try await platform.service(.naturalPersons).start()
                try await platform.service(.naturalPersons).ready()
                #expect(try await Self.examine(platform).found() == [])
            }
        }

        @Test func `Kafka away is found, and that the relay stands still for it`() async throws {
            try await OwnServers.run(.broker) { servers in
                var options = Platform.Options()
                options.kafkaBootstrap = try await servers.address()
                try await Platform.run(options) { platform in
                    try await servers.kill()
                    _ = try await platform.submit(as: People.applicant)
                    let seen = Seen()
                    try await eventually("the relay is seen to stand still") {
                        let outcome = try await Self.examine(platform)
                        #expect(outcome.code == 3)
                        seen.checks = try outcome.found()
                        return seen.checks.contains("relay-stands-still")
                    }
                    #expect(Set(seen.checks) == ["kafka-unreachable", "broker-away", "relay-stands-still"])
                    try await servers.start()
                    try await platform.untilPublished()
                    try await eventually("all is well again") { try await Self.examine(platform).found() == [] }
                }
            }
        }
    }
}

@Loop private final class Seen { var checks: [String] = [] }
