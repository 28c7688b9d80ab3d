import Contracts
import Testing

@testable import ELicense

@Suite("Working days") struct CalendarTests {
    /// Expected days were counted by another program over the same source.
    @Test(arguments: [
        ("2015-11-30", 15, "2015-12-24"),  // 1, 16 and 17 December
        ("2015-12-14", 15, "2016-01-11"),  // over the New Year: 1, 4 and 7 January
        ("2015-12-14", 30, "2016-02-01"),
        ("2015-03-16", 15, "2015-04-09"),  // over Nauryz: 23, 24 and 25 March
        ("2015-03-20", 2, "2015-03-27"),
        ("2015-03-21", 2, "2015-03-27"),  // submitted on a day of rest
        ("2016-03-03", 2, "2016-03-05"),  // a Saturday that is worked
        ("2016-03-01", 15, "2016-03-28"),
        ("2024-02-08", 15, "2024-02-29"),  // leap day
    ])
    func counting(from: String, number: Int, last: String) throws {
        #expect(try Law.calendars().counting(number, after: try day(from)).last == day(last))
    }

    @Test func firstDayIsTheFirstWorkingDayAfter() throws {
        #expect(try Law.calendars().counting(1, after: try day("2015-03-20")).first == day("2015-03-26"))
    }

    @Test func exceptionsAreNamedButWeekendsAreNot() throws {
        let count = try Law.calendars().counting(5, after: try day("2016-03-03"))
        #expect(count.exceptions.map(\.day) == [try day("2016-03-05"), try day("2016-03-07"), try day("2016-03-08")])
        #expect(count.exceptions.map { $0.name == nil } == [true, false, false])
        #expect(count.years == [2016])
    }

    @Test func bothYearsOfACountAreRemembered() throws {
        #expect(try Law.calendars().counting(15, after: try day("2015-12-14")).years == [2015, 2016])
    }

    @Test func yearWithoutDataIsToldAndNotGuessed() throws {
        let calendars = try Law.calendars()
        let error = #expect(throws: CalendarMissing.self) { try calendars.counting(1, after: try day("2016-12-31")) }
        #expect(error?.description.contains("2017") == true)
        #expect(throws: CalendarMissing.self) { try calendars.isWorking(try day("2014-06-02")) }
    }
}

@Suite("Local time") struct LocalTimeTests {
    @Test func dayBeginsByTheOffsetOfItsTime() throws {
        let time = try Law.localTime()
        #expect(try time.day(at: moment("2015-11-30T17:59:59Z")) == day("2015-11-30"))
        #expect(try time.day(at: moment("2015-11-30T18:00:00Z")) == day("2015-12-01"))
        #expect(try time.day(at: moment("2026-11-23T18:59:59Z")) == day("2026-11-23"))
        #expect(try time.day(at: moment("2026-11-23T19:00:00Z")) == day("2026-11-24"))
    }

    /// At midnight of 1 March 2024 clocks went back an hour: 29 February lasted 25 hours.
    @Test func clocksGoBack() throws {
        let time = try Law.localTime()
        #expect(try time.end(of: day("2024-02-28")) == moment("2024-02-28T18:00:00Z"))
        #expect(try time.end(of: day("2024-02-29")) == moment("2024-02-29T19:00:00Z"))
        #expect(try time.end(of: day("2024-03-01")) == moment("2024-03-01T19:00:00Z"))
        #expect(try time.day(at: moment("2024-02-29T18:30:00Z")) == day("2024-02-29"))
        #expect(try time.period(at: moment("2024-02-29T18:30:00Z")).isAssumed)
    }

    @Test func timeBeforeAllDataIsTold() throws {
        #expect(throws: CalendarMissing.self) { try Law.localTime().day(at: try moment("2014-12-31T17:59:59Z")) }
    }
}
