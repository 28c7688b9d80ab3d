import Contracts
import Testing

@testable import NaturalPersons

/// The rule that a basis opens its fields and nothing else (law of 2014 on permits, art. 29, as the dated data have it).
@Suite struct BasisTests {
    private let bases: Bases
    private let bodies: RegisteringBodies

    init() throws {
        bases = try Fixture.data(ReferenceFolder.bases, Bases.self)
        bodies = try Fixture.data(ReferenceFolder.registeringBodies, RegisteringBodies.self)
    }

    private func rule(_ basis: String, _ fields: [String], body: BodyCode? = "justice") -> String? {
        do {
            _ = try basisAllowsFields(Access(basis: basis, fields: fields, asker: .official(body: body)), bases, bodies)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test func aBasisOpensItsFields() throws {
        let fields = try basisAllowsFields(
            Access(basis: "permits-law-2014", fields: ["name", "birthDate", "citizenship", "status", "address"], asker: .official(body: nil)), bases, bodies)
        #expect(fields == [.name, .birthDate, .citizenship, .status, .address])
    }

    @Test func aFieldBeyondTheBasisIsRefusedWithTheLaw() throws {
        do {
            _ = try basisAllowsFields(Access(basis: "permits-law-2014", fields: ["name", "sex"], asker: .official(body: nil)), bases, bodies)
            Issue.record("sex was opened")
        } catch {
            #expect(error.rule == "basis-does-not-allow")
            #expect(error.citation?.contains("202-V") == true)
            for language in [Language.kk, .ru, .en] { #expect(error.text[language].contains("sex")) }
        }
    }

    @Test func whatTheRegisterDoesNotKnowIsRefused() {
        #expect(rule("no-such-law", ["name"]) == "basis-unknown")
        #expect(rule("Not A Slug", ["name"]) == "basis-unknown")
        #expect(rule("permits-law-2014", ["name", "income"]) == "field-unknown")
        #expect(rule("permits-law-2014", []) == "fields-missing")
    }

    @Test func theWholeRecordIsForRegisteringBodies() {
        #expect(rule("id-numbers-law-2007", PersonField.names, body: "internal-affairs") == nil)
        #expect(rule("id-numbers-law-2007", PersonField.names, body: "justice") == "basis-of-registering-bodies")
        #expect(rule("id-numbers-law-2007", PersonField.names, body: nil) == "basis-of-registering-bodies")
    }

    private func rule(_ basis: String, _ fields: [String], by asker: ServiceName, case caseID: String) -> String? {
        do {
            _ = try basisAllowsFields(Access(basis: basis, fields: fields, asker: .service(asker, case: caseID)), bases, bodies)
            return nil
        } catch {
            return error.rule
        }
    }

    @Test func aServiceAsksOnABasisThatListsIt() {
        #expect(rule("permits-law-2014", ["name"], by: .eLicense, case: "e-license:KZ65LAA00000001") == nil)
        #expect(rule("permits-law-2014", ["name"], by: "e-notariat", case: "e-notariat:1") == "basis-not-for-asker")
        #expect(rule("permits-law-2014", ["name"], by: .naturalPersons, case: "natural-persons:1") == "basis-not-for-asker")
    }

    /// The basis of the registering bodies opens everything, so no service's key may be worth that much.
    @Test func noServiceAsksOnTheBasisOfTheRegisteringBodies() {
        for asker in ["e-license", "internal-affairs", "natural-persons"] as [ServiceName] {
            #expect(rule("id-numbers-law-2007", ["name"], by: asker, case: "\(asker):1") == "basis-of-registering-bodies")
        }
        #expect(bases["id-numbers-law-2007"]?.askers == [])
    }

    @Test(arguments: ["e-notariat:KZ65LAA00000001", "e-license", "e-license:", "", "natural-persons:1"])
    func aServiceAsksInItsOwnCases(caseID: String) {
        #expect(rule("permits-law-2014", ["name"], by: .eLicense, case: caseID) == "case-of-another-service")
    }

    @Test func beforeTheFirstEditionNothingIsOpen() throws {
        let dated = Dated<Bases>([.init(from: try #require(LocalDate("2015-01-01")), content: bases)])
        let eve = try #require(LocalDate("2014-12-31"))
        #expect(dated.inForce(on: eve) == nil)
        #expect(dated.inForce(on: eve.adding(days: 1)) == bases)
        #expect(throws: Refusals.basisUnknown) {
            try basisAllowsFields(Access(basis: "permits-law-2014", fields: ["name"], asker: .official(body: nil)), dated.inForce(on: eve), bodies)
        }
    }

    @Test func theEditionInForceIsTheLatestThatHasBegun() throws {
        let days = ["2016-01-01", "2015-01-01", "2018-01-01"].compactMap { LocalDate($0) }
        let dated = Dated<Int>(days.map { .init(from: $0, content: $0.year) })
        #expect(dated.inForce(on: try #require(LocalDate("2017-12-31"))) == 2016)
        #expect(dated.inForce(on: try #require(LocalDate("2018-01-01"))) == 2018)
    }
}
