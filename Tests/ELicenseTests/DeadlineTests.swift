import Contracts
import Testing

@testable import ELicense

/// Law of 16.05.2014 No. 202-V, art. 30.
@Suite("Art. 30: the deadline for a decision") struct DeadlineTests {
    private func deadline(
        _ at: String, _ kind: LicenceKind, _ completeness: DeadlineEdition? = nil, _ calendar: WorkingCalendar? = nil
    ) throws -> (deadline: Licences.Deadline, calendars: [Int]) {
        try PermitsLaw.decisionDeadline(
            submittedAt: try moment(at), kind: kind, completeness: try completeness ?? Law.deadlines(),
            calendar: try calendar ?? Law.calendars(), localTime: try Law.localTime())
    }

    @Test func fifteenWorkingDaysEndWithTheLastLocalDay() throws {
        let (deadline, calendars) = try deadline("2015-11-30T06:00:00Z", Law.kind("advocate"))
        #expect(deadline.date == (try day("2015-12-24")))
        #expect(deadline.at == (try moment("2015-12-24T18:00:00Z")))
        #expect(calendars == [2015])
    }

    @Test func thirtyForEducation() throws {
        let (deadline, calendars) = try deadline("2015-12-14T06:00:00Z", Law.kind("education", days: 30))
        #expect(deadline.date == (try day("2016-02-01")))
        #expect(calendars == [2015, 2016])
    }

    /// 23:30 in Astana belongs to that day, half an hour later to the next.
    @Test func dayOfSubmissionIsLocal() throws {
        #expect(try deadline("2015-12-14T17:30:00Z", Law.kind("advocate")).deadline.date == day("2016-01-11"))
        #expect(try deadline("2015-12-14T18:00:00Z", Law.kind("advocate")).deadline.date == day("2016-01-12"))
    }

    @Test func lastDayAfterTheClocksWentBack() throws {
        let (deadline, _) = try deadline("2024-02-08T06:00:00Z", Law.kind("advocate"))
        #expect(deadline.date == (try day("2024-02-29")))
        #expect(deadline.at == (try moment("2024-02-29T19:00:00Z")))
    }

    @Test func derivationNamesEveryStepInOrder() throws {
        let (deadline, _) = try deadline("2015-11-30T06:00:00Z", Law.kind("advocate"))
        #expect(deadline.steps.map(\.date.description) == [
            "2015-11-30", "2015-12-01", "2015-12-03", "2015-12-16", "2015-12-17", "2015-12-24", "2015-12-25",
        ])
        #expect(deadline.steps.map { $0.citation ?? "-" } == [
            "-", "-", "art. 29", "-", "-", PermitsLaw.article(30), PermitsLaw.article(26),
        ])
        #expect(deadline.steps[0].text.en.contains("UTC+6"))
        #expect(!deadline.steps[0].text.en.contains("the difference in time"))
    }

    @Test func whatIsAssumedIsSaid() throws {
        let assumed = try deadline("2024-03-04T06:00:00Z", Law.kind("advocate", days: 5)).deadline.steps
        #expect(assumed.first?.text.en.hasSuffix("(assumed: the difference in time; that the day of receipt is not counted)") == true)
        #expect(assumed.last?.text.en.contains("assumed: what silence means") == true)
        var kind = Law.kind("advocate")
        kind.assumed = []
        #expect(try deadline("2015-11-30T06:00:00Z", kind).deadline.steps.last?.text.ru.contains("допущение") == false)
    }

    private func texts(_ deadline: Licences.Deadline) -> [String: LocalizedText] {
        Dictionary(deadline.steps.map { ($0.date.description, $0.text) }) { first, _ in first }
    }

    /// The law as we read it gives the number of days, not from when they run.
    @Test func fromWhenTheTermRunsIsAssumed() throws {
        let steps = try texts(deadline("2015-11-30T06:00:00Z", Law.kind("advocate")).deadline)
        #expect(steps["2015-11-30"]?.en.hasSuffix("(assumed: that the day of receipt is not counted)") == true)
        let last = try #require(steps["2015-12-24"])
        #expect(last.en.hasSuffix("(assumed: that the term runs from receipt)"))
        #expect(last.kk.contains("болжам") && last.ru.contains("допущение"))
    }

    @Test func theArticleOfTheCheckIsAssumedUntilItIsChecked() throws {
        let checked = try texts(deadline("2015-11-30T06:00:00Z", Law.kind("advocate")).deadline)
        let unchecked = try texts(deadline("2015-11-30T06:00:00Z", Law.kind("advocate"), Law.deadlines(isArticleAssumed: true)).deadline)
        #expect(checked["2015-12-03"]?.en.contains("assumed") == false)
        #expect(unchecked["2015-12-03"]?.en.hasSuffix("(assumed: the number of the article)") == true)
    }

    @Test func assumedDaysOfTheCalendarAreSaidWhereTheyCount() throws {
        let calendar = WorkingCalendar([
            try Law.calendar(
                2015, off: ["12-01", "12-16", "12-17"], worked: ["12-05", "12-12"], assumed: ["12-16", "12-05"], areTransfersAssumed: true)
        ])
        let steps = try texts(deadline("2015-11-30T06:00:00Z", Law.kind("advocate"), nil, calendar).deadline)
        for day in ["2015-12-16", "2015-12-05"] { #expect(steps[day]?.en.hasSuffix("(assumed: this day)") == true) }
        for day in ["2015-12-17", "2015-12-12", "2015-12-01"] { #expect(steps[day]?.en.contains("assumed") == false) }
        let transfers = "that no days were moved which the calendar does not have"
        #expect(steps["2015-12-03"]?.en.hasSuffix("(assumed: \(transfers))") == true)
        #expect(steps["2015-12-22"]?.en.hasSuffix("(assumed: that the term runs from receipt; assumed days of the calendar; \(transfers))") == true)
    }

    @Test func silenceIsSaidEitherWay() throws {
        let grants = try deadline("2015-11-30T06:00:00Z", Law.kind("advocate")).deadline
        let doesNot = try deadline("2015-11-30T06:00:00Z", Law.kind("environment", silence: false)).deadline
        #expect(grants.silenceGrants && !doesNot.silenceGrants)
        #expect(grants.steps.last?.text != doesNot.steps.last?.text)
    }

    @Test func deadlineIntoAYearWithoutCalendarIsTold() throws {
        #expect(throws: CalendarMissing.self) { try deadline("2024-12-30T06:00:00Z", Law.kind("advocate")) }
    }

    /// What was derived for one application is taken for another of its kind and day, and for none else.
    @Test func rememberedDeadlinesAreThoseThatWouldBeDerived() throws {
        let law = try Law.data()
        let moments = ["2015-11-30T06:00:00Z", "2015-11-30T17:59:59Z", "2015-11-30T18:00:00Z", "2015-12-14T06:00:00Z", "2015-11-30T06:00:00Z"]
        for at in try moments.map(moment) {
            for code: LicenceKindCode in ["advocate", "environment", "advocate"] {
                let on = try law.localTime.day(at: at)
                let (kind, completeness) = (try law.catalogue.kind(code, on: on).kind, try law.deadlines(on: on))
                let remembered = try law.decisionDeadline(submittedAt: at, kind: kind, completeness: completeness)
                let derived = try PermitsLaw.decisionDeadline(
                    submittedAt: at, kind: kind, completeness: completeness, calendar: law.calendar, localTime: law.localTime)
                #expect(remembered.deadline == derived.deadline)
                #expect(remembered.calendars == derived.calendars)
            }
        }
    }
}
