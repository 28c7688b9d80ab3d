import Contracts
import Testing

/// Vectors of ../shared/research/domain-kz.md: §1 (IIN), §2 (BIN), §3 (IBAN), §4 (KATO, RKA), §5 (cadastre), §6 (licence numbers).
@Suite struct IdentifierTests {
    private func check(_ body: () throws -> Void) -> IdentifierError.Check? {
        do { try body() } catch { return (error as? IdentifierError)?.check }
        return nil
    }

    @Test(arguments: [
        ("850315300019", "1985-03-15", Sex.male), ("920712400128", "1992-07-12", .female), ("010101500073", "2001-01-01", .male),
        ("141229600035", "2014-12-29", .female), ("000229600014", "2000-02-29", .female), ("660606200094", "1866-06-06", .female),
        ("450509307770", "1945-05-09", .male), ("791231304552", "1979-12-31", .male), ("850315301801", "1985-03-15", .male),
    ])
    func acceptsIIN(_ text: String, _ birthDate: String, _ sex: Sex) throws {
        let iin = try IIN(text)
        #expect(iin.rawValue == text)
        #expect(iin.birthDateHint?.description == birthDate)
        #expect(iin.sexHint == sex)
        #expect("\(iin)" == "********" + text.suffix(4))
    }

    @Test(arguments: [
        ("850315300018", IdentifierError.Check.checkDigit), ("123456789011", .checkDigit),
        ("85031530001", .length(expected: 12...12, found: 11)), ("8503153000190", .length(expected: 12...12, found: 13)),
        ("85031530001A", .characters), ("８50315300019", .characters), (" 50315300019", .characters), ("", .length(expected: 12...12, found: 0)),
        ("150140000121", .kindDigit),
    ])
    func refusesIIN(_ text: String, _ expected: IdentifierError.Check) {
        #expect(check { _ = try IIN(text) } == expected)
        #expect(IIN(rawValue: text) == nil)
    }

    @Test(arguments: 0...9) func noCheckDigitExistsForSkippedSerials(_ digit: Int) {
        #expect(check { _ = try IIN("85031530260\(digit)") } == .neverIssued)
        #expect(check { _ = try BIN("15064000015\(digit)") } == .neverIssued)
    }

    /// A month 13, a day 31 of April and a leap day of 1900, each with a check digit that agrees.
    @Test(arguments: ["851315300", "850431300", "000229300"]) func refusesIINWithNoSuchDate(_ start: String) {
        let checks = (0..<100).flatMap { serial in (0...9).map { "\(start)\(serial < 10 ? "0" : "")\(serial)\($0)" } }
            .map { text in check { _ = try IIN(text) } }
        #expect(checks.contains(.date))
        #expect(!checks.contains(nil))
    }

    @Test func numbersWithoutCenturyHaveNoHints() {
        let some = (0...9).compactMap { IIN(rawValue: "85031500001\($0)") }
        #expect(some.count == 1)
        #expect(some.allSatisfy { $0.birthDateHint == nil && $0.sexHint == nil })
    }

    @Test func buildsIINs() throws {
        let date = try #require(LocalDate("1985-03-15"))
        #expect(IIN(birthDate: date, sex: .male, serial: 1)?.rawValue == "850315300019")
        #expect(IIN(birthDate: date, sex: .male, serial: 260) == nil)
        #expect(IIN(birthDate: date, sex: .male, serial: 10_000) == nil)
    }

    @Test(arguments: [
        "090440004151", "070340007367", "980940001419", "970340000010", "971240001315", "940140000385", "200740017338",
        "150140000121", "150241000349", "150350000565", "150460000786", "151242000093", "150544000118", "151143000224", "150640000100",
    ])
    func acceptsBIN(_ text: String) throws {
        let bin = try BIN(text)
        #expect(bin.holder == (text == "150350000565" ? .nonResident : text == "150460000786" ? .jointEntrepreneurs : .resident))
        #expect(IIN(rawValue: text) == nil)
    }

    @Test(arguments: ["123456789021", "150140000122", "850315300019", "15014000012"]) func refusesBIN(_ text: String) {
        #expect(BIN(rawValue: text) == nil)
    }

    @Test(arguments: [
        ("101033102", ["101033000", "101000000", "100000000"]), ("636820100", ["636820000", "636800000", "630000000"]),
        ("636845780", ["636845000", "636800000", "630000000"]), ("711210000", ["711200000", "710000000"]),
        ("751110000", ["751100000", "750000000"]), ("791510000", ["791500000", "790000000"]), ("750000000", []),
    ])
    func knowsParentsOfKATO(_ text: String, _ parents: [String]) throws {
        #expect(try KATOCode(text).parents.map(\.rawValue) == parents)
        #expect(try KATOCode(text).region == text.prefix(2))
    }

    @Test(arguments: ["10103310", "1010331022", "10103310С", "000000000", "010000000"]) func refusesKATO(_ text: String) {
        #expect(KATOCode(rawValue: text) == nil)
    }

    @Test func checksAddressCodes() {
        #expect(AddressCode(rawValue: "2201900167046043") != nil)
        for bad in ["220190016704604", "22019001670460433", "220190016704604A", "2201900 67046043"] { #expect(AddressCode(rawValue: bad) == nil) }
    }

    @Test(arguments: ["02:036:151:1053", "20:311:001:050", "21:320:135:001", "20:311:001:050:1/A/12", "01:001:001:1"])
    func acceptsCadastralNumbers(_ text: String) throws { #expect(try CadastralNumber(text).rawValue == text) }

    @Test(arguments: ["2:036:151:1053", "02-036-151-1053", "02:036:1510:1", "02:036:151:", "02:036:151:1:", "02:036:151:1:a\nb"])
    func refusesCadastralNumbers(_ text: String) { #expect(CadastralNumber(rawValue: text) == nil) }

    @Test(arguments: [
        "KZ18LAA00032760", "KZ96LAA00035527", "KZ40RYS01280536", "KZ13RYS01286454", "KZ65LAA00000001", "KZ72VWF00012345",
        "KZ19UVS00012345", "KZ19ZZZ99999999", "KZ45ABC00000700",
    ])
    func acceptsAndBuildsLicenceNumbers(_ text: String) throws {
        let number = try LicenceNumber(text)
        #expect(try LicenceNumber(series: number.series, serial: number.serial) == number)
    }

    @Test func refusesLicenceNumbers() {
        #expect(check { _ = try LicenceNumber("KZ66LAA00000001") } == .checkDigit)
        #expect(check { _ = try LicenceNumber("KZ65LAA0000001") } == .length(expected: 15...15, found: 14))
        #expect(check { _ = try LicenceNumber("KZ65laa00000001") } == .form(example: "KZ65LAA00000001"))
        #expect(check { _ = try LicenceNumber(series: "LA", serial: 1) } != nil)
        #expect(check { _ = try LicenceNumber(series: "LAA", serial: 100_000_000) } != nil)
    }

    @Test(arguments: [
        "KZ86125KZT5004100100", "KZ24070105KSN0000000", "KZ58070103KSN0000000", "KZ31601A000000000001", "KZ41722C000000000001",
        "KZ639480000000000001", "KZ45998KZT0000000042", "KZ82125KZT1001300306", "KZ62563TEST000000001",
    ])
    func acceptsIBAN(_ text: String) throws { #expect(try IBAN(text).bank == text.dropFirst(4).prefix(3)) }

    @Test(arguments: ["KZ87125KZT5004100100", "DE86125KZT5004100100", "KZ86125KZT500410010", "KZ86125kzt5004100100"])
    func refusesIBAN(_ text: String) { #expect(IBAN(rawValue: text) == nil) }

    @Test func checksNames() throws {
        #expect(ServiceName(rawValue: "e-license") != nil)
        for bad in ["E-license", "e--license", "-e", "e-", "1e", "e_l", "e", "лиц"] { #expect(ServiceName(rawValue: bad) == nil, "\(bad)") }
        let id = try CaseID(.eLicense, "KZ65LAA00000001")
        #expect(id.rawValue == "e-license:KZ65LAA00000001" && id.service == .eLicense && id.number == "KZ65LAA00000001")
        for bad in ["e-license", "e-license:", ":1", "e-license:a b", "E:1"] { #expect(CaseID(rawValue: bad) == nil, "\(bad)") }
        for good in ["Әйгерім", "Нұр-Сұлтан", "O’Нил", "Ли"] { #expect(NamePart(rawValue: good) != nil, "\(good)") }
        for bad in ["", " ", "A1", "A\nB", "-А", "А "] { #expect(NamePart(rawValue: bad) == nil, "\(bad)") }
        #expect(ShortText(rawValue: "a\nb") == nil && LongText(rawValue: "a\nb") != nil && LongText(rawValue: " \n ") == nil)
    }

    @Test func everyFaultIsToldInThreeLanguages() {
        let checks: [IdentifierError.Check] = [.length(expected: 12...12, found: 1), .characters, .checkDigit, .neverIssued, .date, .kindDigit, .form(example: "x"), .blank]
        for kind in IdentifierError.Kind.allCases {
            for check in checks {
                let text = IdentifierError(kind, check).text
                #expect(Set([text.kk, text.ru, text.en]).count == 3)
            }
        }
    }
}
