import Contracts
import EventLoop
import Foundation
import Messaging
import Postgres
import Testing

@testable import NaturalPersons
@testable import ServiceKit

extension OverPostgres {
    @Suite struct OperationTests {
        private let registrar: Caller
        private let licensor: Caller

        init() throws {
            registrar = .official(try IIN(Fixture.iins[1]), body: "internal-affairs", position: "инспектор")
            licensor = .official(try IIN(Fixture.iins[2]), body: "justice", position: "эксперт")
        }

        private func correction(_ version: Int, status: Persons.Status = .deceased) throws -> Persons.Correction {
            let person = try Fixture.person()
            return Persons.Correction(
                iin: person.iin, version: version, name: person.name, sex: person.sex, birthDate: person.birthDate,
                citizenship: person.citizenship, address: person.address, status: status, reason: try LongText("Қайтыс болуы туралы акт"))
        }

        private func claims(
            _ basis: String, _ fields: [String], asker: ServiceName = .eLicense, case caseID: String = "e-license:KZ65LAA00000001",
            body: BodyCode = "justice"
        ) -> InquiryClaims {
            InquiryClaims(
                id: .v7(), asker: asker, register: .naturalPersons, issuedAt: 0, expiresAt: 1, case: caseID,
                basis: basis, body: body, fields: fields, name: "person-extract", request: .null)
        }

        @Test func aPersonIsRecordedOnceAndSaid() async throws {
            let (registrar, person) = (registrar, try Fixture.person())
            try await TestRegister.run { register in
                let record = try await register.decide(registrar) { try await $0.record(person, $1) }
                #expect(try await register.database.fetch(PersonTable.person(person.iin)) == record)
                #expect(try await register.count("SELECT count(*) FROM outbox WHERE type = 'kz.egov.natural-persons.person-recorded.v1'") == 1)
                let error = await #expect(throws: PostgresError.self) {
                    try await register.decide(registrar) { try await $0.record(person, $1) }
                }
                #expect(NaturalPersons.refusals[error?.constraint ?? ""] == Refusals.personExists)
            }
        }

        @Test func onlyRegisteringBodiesRecordAndCorrect() async throws {
            let (licensor, person, change) = (licensor, try Fixture.person(), try correction(1))
            try await TestRegister.run { register in
                let record = await #expect(throws: Problem.self) { try await register.decide(licensor) { try await $0.record(person, $1) } }
                let correct = await #expect(throws: Problem.self) { try await register.decide(licensor) { try await $0.correct(change, $1) } }
                #expect(record?.status == 403 && correct?.status == 403)
            }
        }

        @Test(arguments: [("751110000", "kato-region-not-loaded"), ("101099999", "kato-unknown")])
        func anAddressNamesAUnitThatExists(code: String, rule: String) async throws {
            let registrar = registrar
            var person = try Fixture.person()
            person.address?.kato = try KATOCode(code)
            try await TestRegister.run { [person] register in
                let refusal = await #expect(throws: Refusal.self) { try await register.decide(registrar) { try await $0.record(person, $1) } }
                #expect(refusal?.rule == rule)
            }
        }

        @Test func aCorrectionKeepsWhatTheRecordSaid() async throws {
            let (registrar, person, change) = (registrar, try Fixture.person(), try correction(1))
            try await TestRegister.run { register in
                _ = try await register.decide(registrar) { try await $0.record(person, $1) }
                let record = try await register.decide(registrar) { try await $0.correct(change, $1) }
                #expect(record.version == 2 && record.status == .deceased)
                #expect(try await register.count("""
                    SELECT count(*) FROM person_history WHERE version = 1 AND status = 'alive' AND body = 'internal-affairs'
                        AND reason = 'Қайтыс болуы туралы акт'
                    """) == 1)
                #expect(try await register.count("SELECT count(*) FROM outbox WHERE type = 'kz.egov.natural-persons.person-corrected.v1'") == 1)
                // The version that was read is no longer the present one.
                let problem = await #expect(throws: Problem.self) {
                    try await register.decide(registrar) { try await $0.correct(change, $1) }
                }
                #expect(problem?.status == 412)
                #expect(try await register.count("SELECT count(*) FROM person_history") == 1)
            }
        }

        @Test func whatIsNotThereIsNotCorrected() async throws {
            let (registrar, change) = (registrar, try correction(1))
            try await TestRegister.run { register in
                let refusal = await #expect(throws: Refusal.self) { try await register.decide(registrar) { try await $0.correct(change, $1) } }
                #expect(refusal == Refusals.personUnknown)
            }
        }

        @Test func anExtractHasTheFieldsAskedForAndNoOthers() async throws {
            let (registrar, person, claims) = (registrar, try Fixture.person(), claims("permits-law-2014", ["name", "status"]))
            try await TestRegister.run { register in
                _ = try await register.decide(registrar) { try await $0.record(person, $1) }
                let extract = try await register.decide(.service(.eLicense)) {
                    try await $0.answerExtract(claims, Persons.ExtractRequest(iin: person.iin), $1)
                }
                #expect(extract == Persons.Extract(iin: person.iin, name: person.name, status: .alive))
            }
        }

        @Test func anInquiryIsRefusedByTheRuleThatFailed() async throws {
            let iin = try IIN(Fixture.iins[0])
            let cases = [
                (claims("permits-law-2014", ["sex"]), "basis-does-not-allow"), (claims("no-such-law", ["name"]), "basis-unknown"),
                (claims("permits-law-2014", ["income"]), "field-unknown"), (claims("permits-law-2014", ["name"]), "person-unknown"),
                // The body is what the asker wrote: it opens nothing.
                (claims("id-numbers-law-2007", PersonField.names, body: "internal-affairs"), "basis-of-registering-bodies"),
                (claims("permits-law-2014", ["name"], asker: "e-notariat", case: "e-notariat:1"), "basis-not-for-asker"),
                (claims("permits-law-2014", ["name"], case: "e-notariat:1"), "case-of-another-service"),
            ]
            try await TestRegister.run { register in
                for (claims, rule) in cases {
                    let refusal = await #expect(throws: Refusal.self) {
                        try await register.decide(.service(.eLicense)) {
                            try await $0.answerExtract(claims, Persons.ExtractRequest(iin: iin), $1)
                        }
                    }
                    #expect(refusal?.rule == rule)
                }
            }
        }

        @Test func anOfficialReadsAWholeRecordOnABasisThatOpensAllOfIt() async throws {
            let (registrar, licensor, person) = (registrar, licensor, try Fixture.person())
            let number = try CaseID("e-license:KZ65LAA00000001")
            try await TestRegister.run { register in
                let record = try await register.decide(registrar) { try await $0.record(person, $1) }
                let now = try #require(Timestamp(rfc3339: "2015-12-01T06:00:00Z"))
                let whole = Persons.PersonQuery(iin: person.iin, case: number, basis: "id-numbers-law-2007")
                let part = Persons.PersonQuery(iin: person.iin, case: number, basis: "permits-law-2014")
                let query = try register.service.read(whole, Reading(caller: registrar, now: now, language: .kk))
                #expect(try await register.database.fetch(query) == record)
                #expect(throws: Refusal.self) { try register.service.read(part, Reading(caller: licensor, now: now, language: .kk)) }
                #expect(throws: Refusal.self) { try register.service.read(whole, Reading(caller: licensor, now: now, language: .kk)) }
            }
        }

        /// As the service sends it: one statement that reads and journals.
        @Test func aReadStandsInThePersonsHistory() async throws {
            let (registrar, person) = (registrar, try Fixture.person())
            try await TestRegister.run { register in
                let record = try await register.decide(registrar) { try await $0.record(person, $1) }
                let now = try #require(Timestamp(rfc3339: "2015-12-01T06:00:00Z"))
                let citizen = Caller.citizen(person.iin)
                let query = try register.service.own(Empty(), Reading(caller: citizen, now: now, language: .kk))
                let entry = JournalEntry(subject: person.iin, operation: "persons.own", fields: PersonField.names, outcome: .shown)
                let rows = try await register.database.run(
                    Batch(statements: [Journal.reading(query.statement, entry, caller: citizen)]))
                #expect(try rows.first.flatMap(query.decode) == record)
                #expect(try await register.count("SELECT count(*) FROM journal WHERE operation = 'persons.own' AND outcome = 'shown'") == 1)
            }
        }

        /// A superuser may do all the same; the service's own role may not.
        @Test func nobodyLeavesTheRegisterAndHistoryOnlyGrows() async throws {
            try await TestRegister.run { register in
                let rights = try await register.database.fetch(Query<[String]>.all("""
                    SELECT relname || ' ' || privilege_type FROM pg_class, aclexplode(relacl)
                    WHERE relname IN ('person', 'person_history') ORDER BY 1
                    """) { try $0.column(0) })
                #expect(rights == [
                    "person INSERT", "person REFERENCES", "person SELECT", "person TRIGGER", "person UPDATE",
                    "person_history INSERT", "person_history REFERENCES", "person_history SELECT", "person_history TRIGGER",
                ])
            }
        }
    }
}
