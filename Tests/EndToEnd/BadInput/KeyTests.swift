import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Postgres
import Testing

extension EndToEnd {
    @Suite("Idempotency keys", .sharedPlatform) struct KeyTests {
        @Test func `a change without a usable key is not carried out`() async throws {
            try await onPlatform { platform in
                for key in [nil, "", " ", "a b", String(repeating: "k", count: 129), "ключ"] {
                    let answer = try await platform.apply(key: key)
                    #expect(answer.status == 400, "\(key ?? "none")")
                }
                #expect(try await platform.database(.eLicense).count("application") == 0)
                #expect(try await platform.apply(key: nil).problem().type == ProblemKind.keyMissing.type)
            }
        }

        @Test func `a key used for another body is refused, and both answers stay as they were`() async throws {
            try await onPlatform { platform in
                let first = try await platform.apply(key: "reused")
                #expect(first.status == 201)
                for language in Language.allCases {
                    let other = try await platform.apply(#"{"kind":"notary","language":"kk"}"#, key: "reused", language: language)
                    #expect(other.status == 422)
                    #expect(try other.problem().type == ProblemKind.keyReused.type)
                    #expect(try other.problem().title == ProblemKind.keyReused.title[language])
                }
                // Another operation under the same key is another request too.
                let number = try first.decoded(Licences.Receipt.self).number
                let withdrawal = try await platform.send(Call(
                    .eLicense, "POST", "/v1/applications/\(number)/withdrawal",
                    token: try platform.keys.token(.citizen(People.applicant), for: .eLicense), key: "reused", body: "{}"))
                #expect(withdrawal.status == 422)
                #expect(try await platform.apply(key: "reused").body == first.body)
                #expect(try await platform.database(.eLicense).count("application WHERE applicant = \(People.applicant)") == 1)
                // Keys are a caller's own.
                #expect(try await platform.apply(key: "reused", as: People.secondApplicant).body != first.body)
                #expect(try await platform.database(.eLicense).count("application WHERE applicant = \(People.secondApplicant)") == 1)
            }
        }

        @Test func `a key sent many times at once has one effect and one answer`() async throws {
            try await onPlatform { platform in
                let before = try await platform.database(.eLicense).count("application")
                for round in 0..<10 {
                    let tasks = (0..<6).map { _ in Loop.start { try await platform.apply(key: "at-once-\(round)") } }
                    var bodies: Set<[UInt8]> = []
                    for task in tasks {
                        let answer = try await task.value
                        #expect(answer.status == 201, "\(answer.text)")
                        bodies.insert(answer.body)
                    }
                    #expect(bodies.count == 1)
                }
                #expect(try await platform.database(.eLicense).count("application") == before + 10)
            }
        }

        @Test func `a change whose effect stands in its own way is answered the same when it is sent again`() async throws {
            try await onPlatform { platform in
                let record = try platform.request(
                    Persons.record,
                    Persons.NewPerson(
                        iin: try IIN("990101300013"), name: People.all[0].name, sex: .male, birthDate: try #require(LocalDate("1999-01-01")),
                        citizenship: try CountryCode("KZ")),
                    as: People.registrar, key: "record")
                let recorded = try await platform.answersTheSameTwice(record, 201)
                let person = try recorded.decoded(Persons.Record.self)
                // The version that it names is the past one, once it has taken effect.
                let correction = try platform.request(
                    Persons.correct,
                    Persons.Correction(
                        iin: person.iin, version: person.version, name: People.all[1].name, sex: person.sex, birthDate: person.birthDate,
                        citizenship: person.citizenship, address: nil, status: .alive, reason: try LongText("misspelt")),
                    as: People.registrar, key: "correct")
                let corrected = try await platform.answersTheSameTwice(correction, 200)
                #expect(try corrected.decoded(Persons.Record.self).version == 2)
                var late = correction
                late.key = "late"
                #expect(try await platform.send(late).status == 412)
                #expect(try await platform.database(.naturalPersons).count("person_history") == 1)
                let receipt = try await platform.submit("notary", as: People.secondApplicant)
                _ = try await platform.answersTheSameTwice(
                    try platform.request(
                        Licences.withdraw, Licences.Withdrawal(number: receipt.number), as: .citizen(People.secondApplicant), key: "withdraw"), 200)
            }
        }

        @Test func `a decision sent twice at once has one effect and one answer`() async throws {
            try await onPlatform { platform in
                let receipt = try await platform.submit("bailiff", as: People.stranger)
                try await platform.untilFacts(receipt.number, .citizen(People.stranger))
                let call = try platform.request(
                    Licences.decide, Licences.Decision(number: receipt.number, outcome: .issue), as: People.official, key: "decide-at-once")
                let tasks = (0..<6).map { _ in Loop.start { try await platform.send(call) } }
                var bodies: Set<[UInt8]> = []
                for task in tasks {
                    let answer = try await task.value
                    #expect(answer.status == 200, "\(answer.text)")
                    bodies.insert(answer.body)
                }
                #expect(bodies.count == 1)
                let events = ApplicationDecided.type
                try await platform.untilPublished()
                let records = try await platform.records(of: ApplicationDecided.topic).filter {
                    $0.keyText == receipt.id.uuidString.lowercased() && $0.text("ce_type") == events
                }
                #expect(records.count == 1)
            }
        }
    }
}

extension Platform {
    fileprivate func answersTheSameTwice(_ call: Call, _ status: Int) async throws -> HTTPClientResponse {
        let first = try await send(call)
        #expect(first.status == status, "\(first.text)")
        let again = try await send(call)
        #expect(again.status == first.status, "\(again.text)")
        #expect(again.body == first.body)
        #expect(again.headers["ETag"] == first.headers["ETag"])
        return first
    }

    fileprivate func apply(
        _ body: String = #"{"kind":"advocate","language":"kk"}"#, key: String?, as applicant: IIN = People.applicant, language: Language? = nil
    ) async throws -> HTTPClientResponse {
        try await send(Call(
            .eLicense, "POST", "/v1/applications", token: try keys.token(.citizen(applicant), for: .eLicense), key: key, body: body, language: language))
    }
}
