import Contracts
import Foundation
import Testing

@testable import ELicense

@Suite("Dated data files") struct DataFileTests {
    private func file(_ folder: ReferenceFolder, _ text: String, name: String = "2015") -> DataFile {
        DataFile(folder: folder, name: name, content: Array(text.utf8))
    }

    private static let text = #"{"kk":"а","ru":"б","en":"c"}"#

    private func kind(
        series: String = "ADV", days: Int = 15, mci: String = "6", holders: String = #"["natural-person"]"#, silence: String = "true"
    ) -> String {
        let text = DataFileTests.text
        return """
            {"effectiveFrom":"2015-01-01","kinds":[{"code":"advocate","title":\(text),"licensor":{"code":"justice","name":\(text)},
             "series":"\(series)","holders":\(holders),"fee":{"mci":\(mci),"per":"issue","provenance":"law","citation":\(text)},
             "decisionDays":{"value":\(days),"unit":"working-days","provenance":"law","citation":\(text)},
             "tacitApproval":{"value":\(silence),"provenance":"assumed","citation":null},"act":{"citation":\(text),"provenance":"law"},
             "provenance":{"title":"assumed","licensor":"assumed","series":"assumed","holders":"law"}}]}
            """
    }

    @Test func kindWithItsProvenance() throws {
        let edition = try KindsFile.edition(file(.kinds, kind(mci: "0.5"), name: "2015-01-01"))
        let kind = try #require(edition.kinds.first)
        #expect(edition.name == "2015-01-01")
        #expect(kind.assumed == ["title", "licensor", "silenceGrants"])
        #expect(kind.feeMilliMRP == 500)
        #expect(kind.holder == .person && kind.isSilenceAssumed && kind.source == "c")
        #expect(try KindsFile.edition(file(.kinds, self.kind(holders: #"["natural-person","legal-entity"]"#))).kinds.first?.holder == .any)
        #expect(try KindsFile.edition(file(.kinds, self.kind(holders: #"["legal-entity"]"#))).kinds.first?.holder == .entity)
    }

    @Test func badKindsAreToldWithTheirFile() throws {
        for bad in [
            kind(series: "adv"), kind(series: "ADVO"), kind(days: 0), kind(mci: "0.0005"), kind(mci: "-6"), kind(mci: #""6""#), kind(holders: "[]"),
            kind(holders: #"["animal"]"#), kind(silence: "1"), #"{"effectiveFrom":"2015-01-01","kinds":[]}"#,
            #"{"effectiveFrom":"2015-02-30","kinds":[]}"#, "[]", "{",
        ] {
            let error = #expect(throws: DataFileError.self) { try KindsFile.edition(file(.kinds, bad)) }
            #expect(error?.file == "kinds/2015.json")
        }
    }

    @Test func badCalendarsAreTold() throws {
        let week = #""workingWeek":["monday"]"#
        func off(_ date: String) -> String { #"{"date":"\#(date)","name":\#(DataFileTests.text),"provenance":"package"}"# }
        func calendar(_ week: String, _ off: String, _ worked: String = "") -> DataFile {
            file(.calendar, #"{"year":2015,\#(week),"daysOff":[\#(off)],"workingWeekendDays":[\#(worked)]}"#)
        }
        #expect(try CalendarFile.year(calendar(week, off("2015-01-01"))).weekend.count == 6)
        for bad in [
            calendar(week, off("2016-01-01")), calendar(week, off("2015-01-01") + "," + off("2015-01-01")), calendar(#""workingWeek":[]"#, ""),
            calendar(week, off("2015-01-01"), #"{"date":"2015-01-01","provenance":"package"}"#), calendar(week, off("2015-02-30")),
        ] {
            #expect(throws: DataFileError.self) { try CalendarFile.year(bad) }
        }
    }

    @Test func calendarKeepsWhereItsDaysAreKnownFrom() throws {
        func year(_ source: String, _ off: String, _ worked: String) throws -> WorkingCalendar.Year {
            try CalendarFile.year(file(.calendar, """
                {"year":2015,\(source)"workingWeek":["monday"],
                 "daysOff":[{"date":"2015-01-05","name":\(DataFileTests.text),"provenance":"\(off)"}],
                 "workingWeekendDays":[{"date":"2015-01-10","provenance":"\(worked)"}]}
                """))
        }
        let limited = #""source":{"provenance":"package","limits":\#(DataFileTests.text)},"#
        let assumed = try year(limited, "assumed", "assumed")
        #expect(assumed.daysOff.values.map(\.isAssumed) == [true] && Array(assumed.workedDays.values) == [true] && assumed.areTransfersAssumed)
        let known = try year(#""source":{"provenance":"law"},"#, "law", "law")
        #expect(known.daysOff.values.map(\.isAssumed) == [false] && Array(known.workedDays.values) == [false] && !known.areTransfersAssumed)
        #expect(try year("", "law", "law").areTransfersAssumed)
    }

    @Test func thousandthsOfTheIndexAreExact() throws {
        for (text, milli) in [("6", 6000), ("0.5", 500), ("0.25", 250), ("6.125", 6125), ("3845", 3_845_000), ("10.0", 10_000)] {
            #expect(MilliMCI.read(.number(text)) == milli)
        }
        for bad in ["1e3", "-1", "0.1234", "1000001", "-0.5"] { #expect(MilliMCI.read(.number(bad)) == nil) }
    }

    // MARK: The files that are shipped

    private static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Services/ELicense/Data")

    private static func shipped() throws -> [DataFile] {
        try ReferenceFolder.allCases.flatMap { folder in
            try FileManager.default.contentsOfDirectory(
                at: directory.appendingPathComponent(folder.rawValue), includingPropertiesForKeys: nil
            ).filter { $0.pathExtension == "json" }.map {
                DataFile(folder: folder, name: $0.deletingPathExtension().lastPathComponent, content: Array(try Data(contentsOf: $0)))
            }
        }
    }

    @Test func shippedFilesFitTogether() throws {
        let law = try LawData(DataFileTests.shipped())
        let kinds = try law.catalogue.shown(on: try day("2015-12-01")).kinds
        let advocate = try #require(kinds.first { $0.code == "advocate" })
        #expect(advocate.fee == (try Money(tenge: 11_892)))
        #expect(advocate.workingDays == 15 && advocate.holder == .person && advocate.silenceGrants)
        #expect(kinds.first { $0.code == "education" }?.fee == (try Money(tenge: 19_820)))
        #expect(kinds.first { $0.code == "education" }?.workingDays == 30)
        #expect(try law.catalogue.kind("education", on: try day("2015-12-01")).kind.series == "LAA")
        // No source says for which kinds silence grants.
        #expect(kinds.allSatisfy { $0.assumed.contains("silenceGrants") })
    }

    /// 27 May 2026 follows the moon: a deadline that passes over it says so.
    @Test func shippedDataSayWhatIsAssumed() throws {
        let law = try LawData(DataFileTests.shipped())
        let application = try Application.submitted(
            Licences.Submission(kind: "advocate", language: .kk), by: try Case.iin(), at: try moment("2026-05-25T06:00:00Z"), law: law,
            id: Case.applicationID) { 1 }
        let steps = application.deadline.steps
        let day = try day("2026-05-27")
        #expect(steps.first { $0.date == day }?.text.en.hasSuffix("(assumed: this day)") == true)
        let last = try #require(steps.first { $0.citation == PermitsLaw.article(30) }).text.en
        #expect(last.contains("assumed days of the calendar") && last.contains("no days were moved"))
        let completeness = try #require(steps.first { $0.citation?.contains("article 29") == true }).text.en
        #expect(completeness.contains("the number of the article"))
    }

    /// Another program counted the same days (see CalendarTests).
    @Test(arguments: [
        ("2015-11-30T06:00:00Z", "2015-12-24"), ("2015-12-14T06:00:00Z", "2016-01-11"), ("2015-03-16T06:00:00Z", "2015-04-09"),
        ("2026-11-23T06:00:00Z", "2026-12-14"),
    ])
    func shippedCalendarsCountAsTheResearchDoes(submitted: String, last: String) throws {
        let law = try LawData(DataFileTests.shipped())
        let application = try Application.submitted(
            Licences.Submission(kind: "advocate", language: .kk), by: try Case.iin(), at: try moment(submitted), law: law,
            id: Case.applicationID) { 1 }
        #expect(application.deadline.date == (try day(last)))
    }
}
