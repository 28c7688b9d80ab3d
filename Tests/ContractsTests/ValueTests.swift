import Contracts
import Foundation
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("2015-12-01T06:00:00Z", "2015-12-01T06:00:00Z"), ("2015-12-01T12:00:00.120+06:00", "2015-12-01T06:00:00.12Z"),
        ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"), ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("2000-02-29t00:30:00-05:30", "2000-02-29T06:00:00Z"),
    ])
    func readsTimestamps(_ text: String, _ utc: String) { #expect(Timestamp(rfc3339: text)?.description == utc) }

    @Test(arguments: [
        "2015-12-01", "2015-12-01T06:00:00", "2015-12-01 06:00:00Z", "2015-02-29T06:00:00Z", "2015-12-01T24:00:00Z", "2015-12-01T06:60:00Z",
        "2015-12-01T06:00:60Z", "2015-12-01T06:00:00.Z", "2015-12-01T06:00:00.1234567Z", "2015-12-01T06:00:00+6:00", "2015-12-01T06:00:00Zx", "",
    ])
    func refusesTimestamps(_ text: String) { #expect(Timestamp(rfc3339: text) == nil) }

    @Test func calculatesWithTimestamps() throws {
        let moment = try #require(Timestamp(rfc3339: "2015-12-01T06:00:00Z"))
        #expect((moment + .seconds(90)).description == "2015-12-01T06:01:30Z")
        #expect((moment - .milliseconds(1)).description == "2015-12-01T05:59:59.999Z")
        #expect((moment + .seconds(5)) - moment == .seconds(5))
        #expect(moment.seconds == 1_448_949_600 && Timestamp(seconds: moment.seconds) == moment)
        #expect(Timestamp.now > moment)
    }

    /// Every day of 800 years against Foundation's calendar would be slow; every 11th is not.
    @Test func agreesWithFoundationsCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
        var day = try #require(LocalDate("1700-01-01"))
        while day.year < 2500 {
            let parts = calendar.dateComponents([.year, .month, .day, .weekday], from: Date(timeIntervalSince1970: Double(day.daysSince1970) * 86_400))
            try #require(parts.year == day.year && parts.month == day.month && parts.day == day.day, "\(day)")
            try #require((try #require(parts.weekday) + 5) % 7 + 1 == day.weekday.rawValue)
            #expect(LocalDate(day.description) == day)
            day = day.adding(days: 11)
        }
    }

    @Test func knowsLocalDays() throws {
        let moment = try #require(Timestamp(rfc3339: "2015-12-01T18:30:00Z"))
        #expect(LocalDate(moment, offset: 6).description == "2015-12-02")
        #expect(LocalDate(moment, offset: 5).description == "2015-12-01")
        #expect(LocalDate(moment, offset: 6).start(offset: 6).description == "2015-12-01T18:00:00Z")
        #expect(try #require(LocalDate("2015-12-01")).weekday == .tuesday)
        #expect(LocalDate("2015-02-29") == nil && LocalDate("2015-2-01") == nil && LocalDate("0000-01-01") == nil)
        #expect(try #require(LocalDate("2016-03-01")).days(since: try #require(LocalDate("2016-02-28"))) == 2)
    }

    @Test func idsSortByTime() throws {
        let moment = try #require(Timestamp(rfc3339: "2015-12-01T06:00:00.123456Z"))
        let ids = (0..<50).map { UUID.v7(moment + .microseconds($0)).text }
        #expect(ids == ids.sorted() && Set(ids).count == 50)
        #expect(ids[0].hasPrefix("01515c20-4f7b-7") && "89ab".contains(ids[0].dropFirst(19).prefix(1)))
    }

    @Test func countsMoneyExactly() throws {
        let mrp = try Money(tenge: 1982)
        #expect(try mrp.multiplied(by: 10).amount == "19820.00")
        #expect(try mrp.multiplied(by: 1, over: 5).amount == "396.40")
        #expect(throws: MoneyError.inexact) { try mrp.multiplied(by: 1, over: 3) }
        #expect(throws: MoneyError.inexact) { try mrp.multiplied(by: 1, over: 0) }
        #expect(throws: MoneyError.overflow) { try Money(tiyn: .max).adding(Money(tiyn: 1)) }
        #expect(try Money("-0.05").rawValue == -5)
        #expect(try Money("-0.05").amount == "-0.05")
        #expect(Money(tiyn: .min).amount == "-92233720368547758.08")
        for bad in ["", "1.", "1.5", "1,50", "+1", ".50", "1e2", "--1"] { #expect(throws: MoneyError.form) { try Money(bad) } }
        #expect(try JSON.tree(mrp) == ["amount": "1982.00", "currency": "KZT"])
        #expect(throws: (any Error).self) { try JSON.decode(Money.self, from: ["amount": "1.00", "currency": "USD"]) }
    }

    @Test(arguments: [
        (nil, Language.kk), ("ru", .ru), ("en-GB,en;q=0.9", .en), ("de, ru;q=0.3, en;q=0.7", .en), ("*", .kk), ("ru;q=0, en;q=0.1", .en),
        ("fr", .kk), ("RU-kz", .ru), (";;;,,q=", .kk), (String(repeating: "ru,", count: 400), .kk),
    ] as [(String?, Language)])
    func picksTheLanguage(_ header: String?, _ language: Language) { #expect(Language.preferred(header) == language) }

    @Test func callersHaveDistinctStableKeys() throws {
        let iin = try IIN("850315300019")
        let callers: [Caller] = [
            .anonymous, .citizen(iin), .representative(iin, try BIN("150140000121"), powers: ["sign"]),
            .official(iin, body: "justice", position: "expert"), .notary(iin), .service(.eLicense), .operator("aidar"),
        ]
        #expect(Set(callers.map(\.key)).count == callers.count)
        #expect(Caller.official(iin, body: "justice", position: "head").key == callers[3].key)
        for caller in callers {
            #expect(try JSON.decode(Caller.self, from: JSON.tree(caller)) == caller)
            #expect(!caller.description.contains("850315300019"))
        }
        #expect(try JSON.tree(callers[3]) == ["capacity": "official", "iin": "850315300019", "body": "justice", "position": "expert"])
        #expect(throws: ContractError(pointer: "/bin", kind: .unknown)) {
            try JSON.decode(Caller.self, from: ["capacity": "citizen", "iin": "850315300019", "bin": "150140000121"])
        }
    }

    @Test func rulesAdmitTheRightCallers() throws {
        let iin = try IIN("850315300019")
        let official = Caller.official(iin, body: "justice", position: "expert")
        #expect(CallerRule.official.admits(official) && CallerRule.officialOf("justice").admits(official))
        #expect(!CallerRule.officialOf("finance").admits(official) && !CallerRule.citizen.admits(official))
        #expect(CallerRule.anyone.admits(.anonymous) && !CallerRule.citizen.admits(.anonymous) && !CallerRule.operator.admits(.citizen(iin)))
        let agent = Caller.representative(iin, try BIN("150140000121"), powers: ["sign"])
        #expect(CallerRule.representative(power: "sign").admits(agent) && !CallerRule.representative(power: "pay").admits(agent))
    }
}
