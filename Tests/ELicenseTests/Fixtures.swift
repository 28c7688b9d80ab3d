import Contracts
import Foundation
import Testing

@testable import ELicense

/// Days and moments written as they are read.
func day(_ text: String) throws -> LocalDate { try #require(LocalDate(text)) }
func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(rfc3339: text)) }

/// The law's data as the research has them (domain-kz §14 for 2015; the same source for 2016 and 2024), without any file.
enum Law {
    static func calendar(
        _ year: Int, off: [String], worked: [String] = [], assumed: [String] = [], areTransfersAssumed: Bool = false
    ) throws -> WorkingCalendar.Year {
        let holiday = LocalizedText(kk: "мереке", ru: "праздник", en: "holiday")
        return WorkingCalendar.Year(
            year: year, weekend: [.saturday, .sunday],
            daysOff: Dictionary(uniqueKeysWithValues: try off.map {
                (try day("\(year)-\($0)"), WorkingCalendar.DayOff(name: holiday, isAssumed: assumed.contains($0)))
            }),
            workedDays: Dictionary(uniqueKeysWithValues: try worked.map { (try day("\(year)-\($0)"), assumed.contains($0)) }),
            areTransfersAssumed: areTransfersAssumed)
    }

    static func calendars() throws -> WorkingCalendar {
        WorkingCalendar([
            try calendar(2015, off: [
                "01-01", "01-02", "01-07", "03-08", "03-09", "03-21", "03-22", "03-23", "03-24", "03-25", "05-01", "05-07", "05-09",
                "05-11", "07-06", "08-30", "08-31", "09-24", "12-01", "12-16", "12-17",
            ]),
            try calendar(2016, off: ["01-01", "01-02", "01-04", "01-07", "03-07", "03-08", "03-21", "03-22", "03-23"], worked: ["03-05"]),
            try calendar(2024, off: ["01-01", "01-02", "01-07", "03-08", "03-21", "03-22", "03-23", "03-25"]),
        ])
    }

    static func localTime() throws -> LocalTime {
        LocalTime([
            .init(from: try day("2015-01-01"), offset: 6, isAssumed: false), .init(from: try day("2024-03-01"), offset: 5, isAssumed: true),
        ])
    }

    static let justice = Licences.Licensor(body: "justice", title: LocalizedText(kk: "Әділет", ru: "Юстиция", en: "Justice"))

    static func kind(
        _ code: LicenceKindCode, mci: Int = 6, days: Int = 15, silence: Bool = true, holder: Licences.Holder = .person, series: String = "ADV"
    ) -> LicenceKind {
        LicenceKind(
            code: code, title: LocalizedText(kk: "түр", ru: "вид", en: "kind"), licensor: justice, holder: holder, feeMilliMRP: mci * 1000,
            workingDays: days, silenceGrants: silence, series: series, assumed: ["silenceGrants"], source: "the act")
    }

    static func deadlines(isArticleAssumed: Bool = false) throws -> DeadlineEdition {
        DeadlineEdition(
            name: "2015-01-01", from: try day("2015-01-01"), completenessDays: 2, completenessCitation: "art. 29",
            isCompletenessCitationAssumed: isArticleAssumed, longestDecision: 30)
    }

    static func data() throws -> LawData {
        let kinds = [
            kind("advocate"), kind("education", mci: 10, days: 30, holder: .entity, series: "LAA"),
            kind("environment", mci: 50, silence: false, holder: .any, series: "ENV"),
        ]
        let index = CalculationIndex([
            .init(from: try day("2015-01-01"), amount: try Money(tenge: 1982), isAssumed: false),
            .init(from: try day("2020-01-01"), amount: try Money(tenge: 2651), isAssumed: true),
            .init(from: try day("2020-04-01"), amount: try Money(tenge: 2778), isAssumed: true),
        ])
        return LawData(
            catalogue: Catalogue(
                editions: [
                    CatalogueEdition(name: "2015-01-01", from: try day("2015-01-01"), kinds: kinds),
                    CatalogueEdition(name: "2020-01-01", from: try day("2020-01-01"), kinds: Array(kinds.prefix(2))),
                ], index: index),
            calendar: try calendars(), localTime: try localTime(), deadlineEditions: [try deadlines()], applicationSeries: "APP")
    }
}

/// People and their cases; all numbers are made up (domain-kz §1).
enum Case {
    static func iin() throws -> IIN { try IIN("850315300019") }
    static func official(_ body: BodyCode = "justice") throws -> Caller { .official(try IIN("920712400128"), body: body, position: "head") }
    static let applicationID = UUID.v7(Timestamp(seconds: 1_448_863_200))
    static func licenceNumber() throws -> LicenceNumber { try LicenceNumber(series: "ADV", serial: 1) }

    static func name() throws -> PersonName {
        PersonName(kk: try .init(surname: "Сейітов", given: "Арман"), ru: try .init(surname: "Сеитов", given: "Арман"))
    }

    /// Submitted on 30 November 2015 at noon in Astana: to be decided by 24 December.
    static func submitted(_ kind: LicenceKindCode = "advocate") throws -> Application {
        try Application.submitted(
            Licences.Submission(kind: kind, language: .ru), by: try iin(), at: try moment("2015-11-30T06:00:00Z"), law: try Law.data(),
            id: applicationID) { 700 }
    }

    static func extract(_ status: Persons.Status) throws -> InquiryAnswer<Persons.Extract> {
        InquiryAnswer(
            inquiry: .v7(), answeredAt: try moment("2015-11-30T06:01:00Z"),
            extract: Persons.Extract(iin: try iin(), name: try name(), status: status))
    }

    static func underReview(_ kind: LicenceKindCode = "advocate", _ status: Persons.Status = .alive) throws -> Application {
        var application = try submitted(kind)
        _ = application.take(try extract(status), at: try moment("2015-11-30T06:01:00Z"))
        return application
    }

    static func decision(
        _ outcome: Licences.Outcome, _ ground: RefusalGround? = nil, _ reasoning: String? = nil
    ) throws -> Licences.Decision {
        Licences.Decision(number: try submitted().number, outcome: outcome, ground: ground, reasoning: try reasoning.map { try LongText($0) })
    }
}

extension Application {
    /// A decision on 10 December 2015.
    mutating func decided(
        _ decision: Licences.Decision, by caller: Caller? = nil, at text: String = "2015-12-10T06:00:00Z"
    ) throws -> DecisionOutcome {
        let now = try moment(text)
        return try decide(decision, by: try caller ?? Case.official(), at: now, on: LocalDate(now, offset: 6)) { try Case.licenceNumber() }
    }

    /// The timer at the deadline, or later.
    mutating func timePassed(at text: String = "2015-12-24T18:00:00Z") throws -> DecisionOutcome? {
        let day = try Law.localTime().day(at: deadline.at)
        return try deadlinePassed(at: try moment(text), on: day) { try Case.licenceNumber() }
    }
}

/// The refusal that a rule gives.
func refusal<T>(_ body: () throws -> T) throws -> Refusal {
    do {
        _ = try body()
    } catch let refusal as Refusal {
        return refusal
    }
    throw NotRefused()
}

struct NotRefused: Error {}
