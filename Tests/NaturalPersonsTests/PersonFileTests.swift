import Contracts
import Testing

@testable import NaturalPersons

@Suite struct PersonFileTests {
    private func batch(_ lines: [String], _ format: FileFormat = .csv) throws -> ImportBatch {
        try batch(Array(lines.map { $0 + "\n" }.joined().utf8), format)
    }

    private func batch(_ bytes: [UInt8], _ format: FileFormat = .csv) throws -> ImportBatch {
        let file = try TestFile(bytes)
        var persons = try PersonFile(
            try InputFile(file.path), format, classifier: Fixture.classifier, today: try #require(Fixture.today), from: nil)
        return try #require(try persons.nextBatch())
    }

    private func faults(_ batch: ImportBatch) -> [String] { batch.rejects.map { "\($0.line) \($0.fault.field ?? "-") \($0.fault.rule)" } }

    private static let columns = Fixture.header.split(separator: ",").map(String.init)

    /// A good row with one column's content changed.
    private func row(_ column: String, _ value: String) throws -> String {
        var cells = try CSVRecord.fields(Array(Fixture.row(Fixture.iins[0]).utf8))
        cells[try #require(Self.columns.firstIndex(of: column))] = value
        return cells.map { "\"\($0)\"" }.joined(separator: ",")
    }

    @Test func aGoodRowIsAPerson() throws {
        let batch = try batch([Fixture.header, Fixture.row(Fixture.iins[0])])
        #expect(batch.rejects.isEmpty)
        let person = try #require(batch.rows.first?.person)
        #expect(person.fields(changedFrom: Persons.Record(try Fixture.person(), id: person.id)).isEmpty)
    }

    @Test func theSamePersonInJSON() throws {
        let line = String(decoding: try JSON.encode(try Fixture.person()), as: UTF8.self)
        let batch = try batch([line], .jsonl)
        #expect(faults(batch) == [])
        let person = try #require(batch.rows.first?.person)
        #expect(person.fields(changedFrom: Persons.Record(try Fixture.person(), id: person.id)).isEmpty)
    }

    @Test(arguments: [
        ("iin", "850315300018", "iin-check-digit"), ("iin", "85031530001", "iin-length"), ("iin", "8503153000190", "iin-length"),
        ("iin", "85031530001a", "iin-characters"), ("iin", "", "field-missing"),
        ("surname_kk", "A1", "name-characters"), ("given_ru", "", "field-missing"),
        ("sex", "m", "value-not-allowed"), ("birth_date", "2015-02-29", "date-shape"), ("birth_date", "2015-12-02", "birth-date-in-future"),
        ("citizenship", "KAZ", "slug-form"), ("kato", "101099999", "kato-unknown"), ("kato", "751110000", "kato-region-not-loaded"),
        ("kato", "", "field-missing"), ("address", "", "field-missing"), ("status", "ghost", "value-not-allowed"),
    ])
    func aBadFieldIsToldByColumnAndRule(column: String, value: String, rule: String) throws {
        let batch = try batch([Fixture.header, try row(column, value), Fixture.row(Fixture.iins[1])])
        #expect(faults(batch) == ["2 \(column) \(rule)"])
        #expect(batch.rows.count == 1)
    }

    @Test func whatMayBeLeftOut() throws {
        let batch = try batch([
            "iin,surname_kk,given_kk,surname_ru,given_ru,sex,birth_date,citizenship",
            "\(Fixture.iins[0]),Ким,Анна,Ким,Анна,female,1985-03-15,KZ",
        ])
        let person = try #require(batch.rows.first?.person)
        #expect(person.address == nil && person.name.kk.patronymic == nil && person.status == .alive)
    }

    @Test func aWrongNumberOfColumns() throws {
        let batch = try batch([Fixture.header, Fixture.row(Fixture.iins[0]) + ",more", "one", Fixture.row(Fixture.iins[1])])
        #expect(faults(batch) == ["2 - column-count", "3 - column-count"])
        #expect(batch.rows.map(\.line) == [4])
    }

    @Test func aStrayQuoteDoesNotSwallowTheRowsBehindIt() throws {
        let batch = try batch([Fixture.header, "\"" + Fixture.row(Fixture.iins[0]), Fixture.row(Fixture.iins[1]), Fixture.row(Fixture.iins[2])])
        #expect(faults(batch) == ["2 - csv-quote"] || faults(batch) == ["2 iin csv-quote"])
        #expect(batch.rows.map(\.line) == [3, 4])
    }

    @Test func brokenUTF8IsRejectedWithItsField() throws {
        var bytes = Array((Fixture.header + "\n" + Fixture.row(Fixture.iins[0]) + "\n").utf8)
        bytes[bytes.count - 3] = 0xFF
        let batch = try batch(bytes)
        #expect(faults(batch) == ["2 status utf-8"])
    }

    @Test func repeatedRowsOfABatch() throws {
        let batch = try batch([
            Fixture.header, Fixture.row(Fixture.iins[0]), Fixture.row(Fixture.iins[0]), Fixture.row(Fixture.iins[0], surname: "Өзге"),
        ])
        #expect(batch.rows.count == 1 && batch.repeated == 1)
        #expect(faults(batch) == ["4 iin exists-with-other-data"])
    }

    @Test func headersThatCannotBeRead() {
        for header in ["iin,iin", "iin,colour", "iin,sex", "", "\"iin"] {
            #expect(throws: HeaderError.self) { try batch([header, Fixture.row(Fixture.iins[0])]) }
        }
    }

    @Test(arguments: [
        (#"{"iin":"850315300018"}"#, "/iin iin-check-digit"), (#"{"iin":"850315300019","x":1}"#, "/x field-unknown"),
        (#"{"iin":5}"#, "/iin field-type"), (#"{"iin":"850315300019","iin":"1"}"#, "- json"), ("[]", "- json"), ("{", "- json"),
        (#"{"iin":"850315300019","name":"x"}"#, "/name field-unknown"), (#"{"iin":"850315300019"}"#, "/name/kk/surname field-missing"),
    ])
    func badLines(line: String, fault: String) throws {
        #expect(faults(try batch([line], .jsonl)) == ["1 \(fault)"])
    }

    @Test func batchesEndWhereTheyAreTold() throws {
        let file = try TestFile(lines: [Fixture.header] + Fixture.iins.map { Fixture.row($0) })
        let input = try InputFile(file.path)
        var persons = try PersonFile(input, .csv, classifier: Fixture.classifier, today: try #require(Fixture.today), from: nil)
        let first = try #require(try persons.nextBatch(rows: 3))
        var rest = try PersonFile(
            input, .csv, classifier: Fixture.classifier, today: try #require(Fixture.today), from: (first.offset, first.line))
        #expect(first.rows.map(\.line) == [2, 3, 4])
        #expect(try rest.nextBatch()?.rows.map(\.line) == [5, 6, 7, 8])
        #expect(try rest.nextBatch() == nil)
    }

    @Test func aFingerprintTellsFilesApart() throws {
        let long = [UInt8](repeating: 0x61, count: InputFile.piece * 2 + 5)
        let prints = try [long, long + [0x0A], Array(long.dropLast())].map { bytes in
            let file = try TestFile(bytes)
            return try InputFile(file.path).fingerprint()
        }
        #expect(Set(prints.map(\.bytes)).count == 3)
        #expect(prints.map(\.lines) == [0, 1, 0])
    }
}
