import Contracts
import Foundation
import Testing

@testable import NaturalPersons

@Suite struct PersonRulesTests {
    private func correction(of record: Persons.Record) throws -> Persons.Correction {
        Persons.Correction(
            iin: record.iin, version: record.version, name: record.name, sex: record.sex, birthDate: record.birthDate,
            citizenship: record.citizenship, address: record.address, status: record.status, reason: try LongText("Қате жазылған"))
    }

    @Test func nobodyIsRecordedBeforeTheyAreBorn() throws {
        let today = try #require(Fixture.today)
        try personIsBorn(today, on: today)
        #expect(throws: Refusals.birthDateInFuture) { try personIsBorn(today.adding(days: 1), on: today) }
    }

    @Test func theCountrysDayBeginsBeforeTheDayOfUTC() throws {
        let evening = try #require(Timestamp(rfc3339: "2015-11-30T18:00:00Z"))
        #expect(try Fixture.localTime().day(at: evening) == Fixture.today)
    }

    /// Since 1 March 2024 the clocks are five hours ahead: the day before lasted an hour longer.
    @Test(arguments: [
        ("2024-02-28T18:00:00Z", "2024-02-29"), ("2024-02-29T18:30:00Z", "2024-02-29"), ("2024-02-29T19:00:00Z", "2024-03-01"),
        ("2026-11-23T18:59:59Z", "2026-11-23"), ("2026-11-23T19:00:00Z", "2026-11-24"),
    ])
    func theCountrysDayFollowsItsClocks(moment: String, day: String) throws {
        let moment = try #require(Timestamp(rfc3339: moment))
        #expect(try Fixture.localTime().day(at: moment) == LocalDate(day))
    }

    @Test func aDayBeforeAllDataIsToldAndNotGuessed() throws {
        let moment = try #require(Timestamp(rfc3339: "2014-12-31T17:59:59Z"))
        #expect(throws: LocalTimeMissing.self) { try Fixture.localTime().day(at: moment) }
    }

    @Test(arguments: [
        #"[]"#, #"[{"from":"2015-01-01","offsetHours":15,"provenance":"assumed"}]"#,
        #"[{"from":"2015-01-01","offsetHours":6,"provenance":"law"},{"from":"2015-01-01","offsetHours":5,"provenance":"law"}]"#,
    ])
    func badLocalTimeIsTold(periods: String) {
        let file = #"{"place":{"kk":"а","ru":"б","en":"c"},"periods":\#(periods)}"#
        #expect(throws: LocalTimeFileError.self) { try LocalTime(content: Array(file.utf8)) }
    }

    @Test func aCorrectionIsTheNextVersionAndSaysWhichFields() throws {
        let record = Persons.Record(try Fixture.person(), id: .v7())
        #expect(record.version == 1 && record.status == .alive)
        var change = try correction(of: record)
        change.status = .deceased
        change.address = nil
        let next = try record.corrected(by: change)
        #expect(next.version == 2 && next.id == record.id && next.iin == record.iin)
        #expect(Set(next.fields(changedFrom: record)) == [.status, .address])
    }

    @Test func aCorrectionThatChangesNothingIsRefused() throws {
        let record = Persons.Record(try Fixture.person(), id: .v7())
        let change = try correction(of: record)
        #expect(throws: Refusals.nothingCorrected) { try record.corrected(by: change) }
    }

    @Test func anAddressNamesAUnitThatExists() throws {
        let index = Fixture.classifier
        func rule(_ code: String) throws -> String? {
            let code = try KATOCode(code)
            do { try addressUnitExists(code, index.standing(code)) } catch { return error.rule }
            return nil
        }
        #expect(try rule("101010000") == nil)
        #expect(try rule("101099999") == "kato-unknown")
        #expect(try rule("751110000") == "kato-region-not-loaded")
    }
}
