import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Outages") struct OutageTests {
        @Test func `PostgreSQL away is said so with a time to come back, and nothing has to be restarted`() async throws {
            try await OwnServers.run(.postgres) { servers in
                var options = Platform.Options()
                options.databaseServer = try await servers.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let first = try await platform.submit(as: People.applicant)
                    try await platform.untilFacts(first.number, .citizen(People.applicant))
                    let pids = platform.services.mapValues(\.pid)

                    try await servers.kill()
                    let submission = Call(
                        .eLicense, "POST", "/v1/applications", token: try platform.keys.token(.citizen(People.applicant), for: .eLicense),
                        key: "during-the-outage", body: #"{"kind":"notary","language":"kk"}"#)
                    let reads = [
                        Call(.eLicense, "GET", "/v1/applications", token: submission.token),
                        Call(.eLicense, "GET", "/v1/applications/\(first.number)", token: submission.token),
                        Call(.naturalPersons, "GET", "/v1/persons/me", token: try platform.keys.token(.citizen(People.applicant), for: .naturalPersons)),
                    ]
                    for call in [submission] + reads { try await saysComeBack(platform, call) }
                    for service in platform.services.values {
                        try await eventually("\(service.name) says it is not ready") { await service.readiness() == 503 }
                        let live = try await platform.send(Call(service.name, "GET", "/livez"))
                        #expect(live.status == 200)
                        #expect(try await platform.send(Call(service.name, "GET", "/readyz")).headers["Retry-After"] != nil)
                    }
                    // Again, once it is known.
                    for call in [submission] + reads { try await saysComeBack(platform, call) }

                    try await servers.start()
                    for service in platform.services.values { try await service.ready() }
                    let accepted = try await platform.send(submission)
                    #expect(accepted.status == 201, "\(accepted.text)")
                    let number = try accepted.decoded(Licences.Receipt.self).number
                    // Relay, consumers and timers have come back too.
                    try await platform.untilFacts(number, .citizen(People.applicant))
                    try await platform.untilPublished()
                    #expect(platform.services.mapValues(\.pid) == pids)
                    for service in platform.services.values { #expect(service.isRunning) }
                    #expect(try await platform.database(.eLicense).count("application") == 2)
                    #expect(try await platform.records(of: ApplicationSubmitted.topic).map { $0.text("ce_id") }.count == 2)
                }
            }
        }

        @Test func `a service that starts while PostgreSQL is away waits for it, and never says that something is not there`() async throws {
            try await OwnServers.run(.postgres) { servers in
                var options = Platform.Options()
                options.databaseServer = try await servers.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let receipt = try await platform.submit(as: People.applicant)
                    let licences = try platform.service(.eLicense)
                    await licences.crash()
                    try await servers.kill()
                    try await licences.start()
                    let token = try platform.keys.token(.citizen(People.applicant), for: .eLicense)
                    #expect(await licences.readiness() == 503)
                    try await saysComeBack(platform, Call(.eLicense, "GET", "/v1/applications/\(receipt.number)", token: token))
                    try await saysComeBack(platform, Call(.eLicense, "POST", "/v1/applications", token: token, key: "k", body: "{}"))
                    #expect(try await platform.send(Call(.eLicense, "GET", "/v1/nothing", token: token)).status == 404)
                    try await servers.start()
                    try await licences.ready()
                    #expect(try await platform.application(receipt.number, as: .citizen(People.applicant)).number == receipt.number)
                }
            }
        }

        @Test(.enabled(if: Servers.isRealKafka, "DevBroker keeps nothing over a restart"))
        func `Kafka away holds up events, not applicants`() async throws {
            try await OwnServers.run(.broker) { servers in
                var options = Platform.Options()
                options.kafkaBootstrap = try await servers.address()
                let withOwn = options
                try await Platform.run(withOwn) { platform in
                    let first = try await platform.submit(as: People.applicant)
                    try await platform.untilFacts(first.number, .citizen(People.applicant))
                    try await platform.untilPublished()

                    try await servers.kill()
                    var receipts: [Licences.Receipt] = []
                    for kind in ["advocate", "notary", "bailiff", "valuation", "forensic"] as [LicenceKindCode] {
                        receipts.append(try await platform.submit(kind, as: People.secondApplicant))
                    }
                    let licences = try platform.service(.eLicense)
                    #expect(await licences.readiness() == 200)
                    #expect(try await platform.database(.eLicense).count("outbox") == 10)
                    try await eventually("the status tells that the broker is away") {
                        let status = try await platform.status(of: .eLicense)
                        return status.relay == .waiting && !status.broker && status.outbox.depth == 10
                    }
                    // A service that is killed meanwhile comes up without the broker.
                    await licences.crash()
                    try await licences.start()
                    try await licences.ready()
                    receipts.append(try await platform.submit(as: People.stranger))

                    try await servers.start()
                    for receipt in receipts.prefix(5) { try await platform.untilFacts(receipt.number, .citizen(People.secondApplicant)) }
                    try await platform.untilFacts(receipts[5].number, .citizen(People.stranger))
                    try await platform.untilPublished()
                    let records = try await platform.records(of: ApplicationSubmitted.topic)
                    #expect(Set(records.map(\.keyText)) == Set((receipts + [first]).map { $0.id.text }))
                    #expect(try await platform.database(.naturalPersons).count("journal WHERE operation = 'person-extract'") == 7)
                    #expect(try await platform.status(of: .eLicense).broker)
                }
            }
        }
    }
}

/// 503, when to come back, and a problem document in the caller's language.
@Loop private func saysComeBack(_ platform: Platform, _ call: Call) async throws {
    var call = call
    call.language = .kk
    let answer = try await platform.send(call)
    #expect(answer.status == 503, "\(call.method) \(call.path): \(answer.text)")
    #expect(answer.headers["Retry-After"].flatMap { Int($0) } != nil)
    let problem = try answer.problem()
    let kinds = [ProblemKind.unavailable, .outcomeUnknown]
    #expect(kinds.map(\.type).contains(problem.type))
    #expect(kinds.map(\.title.kk).contains(problem.title))
}
