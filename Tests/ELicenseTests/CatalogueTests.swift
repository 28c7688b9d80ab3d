import Contracts
import Testing

@testable import ELicense

@Suite("Catalogue of kinds") struct CatalogueTests {
    /// Tax Code of 2008, art. 471, with the MCI of 2015 (domain-kz §3).
    @Test(arguments: [(10_000, 1_982_000), (6000, 1_189_200), (500, 99_100), (200, 39_640), (6500, 1_288_300), (500_000, 99_100_000)])
    func feeIsRateTimesIndex(milliMRP: Int, tiyn: Int64) throws {
        #expect(try CalculationIndex.licenceFee(milliMRP: milliMRP, index: try Money(tenge: 1982)) == Money(tiyn: tiyn))
    }

    @Test func feeIsNeverRounded() throws {
        #expect(throws: MoneyError.inexact) { try CalculationIndex.licenceFee(milliMRP: 1, index: try Money("1982.50")) }
    }

    @Test func catalogueShowsFeesOfItsDay() throws {
        let catalogue = try Law.data().catalogue
        let kinds = try catalogue.shown(on: try day("2015-06-01")).kinds
        #expect(kinds.map(\.fee?.amount) == ["11892.00", "19820.00", "99100.00"])
        #expect(kinds.map(\.assumed) == [["silenceGrants"], ["silenceGrants"], ["silenceGrants"]])
        let january = try catalogue.shown(on: try day("2020-03-31")).kinds
        let april = try catalogue.shown(on: try day("2020-04-01")).kinds
        #expect(january.first?.fee == (try Money(tenge: 15_906)))
        #expect(april.first?.fee == (try Money(tenge: 16_668)))
        #expect(april.first?.assumed == ["silenceGrants", "fee"])
    }

    /// A law on the budget speaks of its own year only.
    @Test func indexOfAnotherYearIsNotUsed() throws {
        #expect(try Law.data().catalogue.shown(on: try day("2016-01-01")).kinds.first?.fee == nil)
    }

    @Test func editionInForceOnADay() throws {
        let catalogue = try Law.data().catalogue
        #expect(try catalogue.edition(on: try day("2019-12-31")).name == "2015-01-01")
        #expect(try catalogue.edition(on: try day("2020-01-01")).name == "2020-01-01")
        let kind = try #require(try catalogue.shown(on: try day("2015-01-01")).kinds.first)
        #expect(kind.inForceUntil == (try day("2019-12-31")))
        #expect(try catalogue.shown(on: try day("2020-01-01")).kinds.first?.inForceUntil == nil)
        #expect(try refusal { try catalogue.edition(on: try day("2014-12-31")) }.rule == "catalogue-date")
    }

    @Test func kindThatWasRemoved() throws {
        let catalogue = try Law.data().catalogue
        #expect(try catalogue.kind("environment", on: try day("2019-12-31")).kind.workingDays == 15)
        #expect(try refusal { try catalogue.kind("environment", on: try day("2020-01-01")) }.rule == "kind-unknown")
        #expect(try catalogue.kind("environment", edition: "2015-01-01").code == "environment")
        #expect(throws: EditionMissing.self) { try catalogue.kind("environment", edition: "2020-01-01") }
    }
}
