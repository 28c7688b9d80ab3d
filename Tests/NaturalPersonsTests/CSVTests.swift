import Contracts
import Testing

@testable import NaturalPersons

@Suite struct CSVTests {
    private func fields(_ text: String) throws -> [String] { try CSVRecord.fields(Array(text.utf8)) }

    private func records(_ bytes: some Sequence<UInt8>, quotes: Bool = true) throws -> [RawRecord] {
        let file = try TestFile(bytes)
        var reader = RecordReader(try InputFile(file.path), hasQuotes: quotes)
        var records: [RawRecord] = []
        while let record = try reader.read() { records.append(record) }
        return records
    }

    private func text(_ record: RawRecord) -> String { String(decoding: record.bytes, as: UTF8.self) }

    @Test func fieldsWithQuotes() throws {
        #expect(try fields("a,b,") == ["a", "b", ""])
        #expect(try fields(#""a, b","say ""сәлем""","""#) == ["a, b", #"say "сәлем""#, ""])
        #expect(try fields("\"two\nlines\",x") == ["two\nlines", "x"])
        #expect(try fields("") == [""])
    }

    @Test func quotesInWrongPlaces() {
        #expect(throws: CSVRecord.Fault.strayQuote(field: 1)) { try fields(#"a,b"c""#) }
        #expect(throws: CSVRecord.Fault.textAfterQuote(field: 0)) { try fields(#""a"b,c"#) }
        #expect(throws: CSVRecord.Fault.openQuote(field: 1)) { try fields(#"a,"b"#) }
    }

    @Test func brokenUTF8IsToldByField() {
        #expect(throws: CSVRecord.Fault.notUTF8(field: 1)) { try CSVRecord.fields([0x61, 0x2C, 0xC3, 0x28]) }
        #expect(throws: CSVRecord.Fault.notUTF8(field: 0)) { try CSVRecord.fields([0xED, 0xA0, 0x80]) }
    }

    @Test func tooManyFieldsAreNotCollected() {
        #expect(throws: CSVRecord.Fault.tooManyFields) { try CSVRecord.fields([UInt8](repeating: 0x2C, count: 1000)) }
    }

    @Test func recordsOfEveryLineEnd() throws {
        let bytes: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("a,b\r\n1,\"x\r\ny\"\r\n\n2,z".utf8)
        let records = try records(bytes)
        #expect(records.map(text) == ["a,b", "1,\"x\r\ny\"", "", "2,z"])
        #expect(records.map(\.line) == [1, 2, 4, 5])
    }

    @Test func aRecordOfTheGreatestLengthIsRead() throws {
        let line = [UInt8](repeating: 0x61, count: RecordReader.limit)
        let records = try records(line + [0x0A] + Array("b\n".utf8))
        #expect(records.map(\.bytes.count) == [RecordReader.limit, 1])
        #expect(records.allSatisfy { $0.fault == nil })
    }

    @Test func aLongerOneIsSkippedAndItsBeginningKept() throws {
        for length in [RecordReader.limit + 1, RecordReader.limit * 5] {
            let records = try records([UInt8](repeating: 0x61, count: length) + [0x0A] + Array("b\n".utf8))
            #expect(records.map(\.fault) == [.tooLong, nil])
            #expect(records.map(\.bytes.count) == [1000, 1])
            #expect(records.map(\.line) == [1, 2])
        }
    }

    @Test func anOpenQuoteCostsItsOwnLineOnly() throws {
        let records = try records("a\n\"open,b\nc\nd\n".utf8)
        #expect(records.map(text) == ["a", "\"open,b", "c", "d"])
        #expect(records.map(\.fault) == [nil, .openQuote, nil, nil])
        #expect(records.map(\.line) == [1, 2, 3, 4])
    }

    @Test func anOpenQuoteFarFromTheEndCostsItsOwnLineOnly() throws {
        let rest = (0..<9000).map { "row \($0) of many\n" }.joined()
        let records = try records(("\"open\n" + rest).utf8)
        #expect(records.count == 9001)
        #expect(records.filter { $0.fault != nil }.map(text) == ["\"open"])
    }

    @Test func linesHaveNoQuotes() throws {
        #expect(try records("{\"a\":\"\n\"}\n".utf8, quotes: false).map(text) == ["{\"a\":\"", "\"}"])
    }

    @Test func theOffsetIsThatOfTheNextRecord() throws {
        let file = try TestFile(lines: ["first", "second", "third"])
        let input = try InputFile(file.path)
        var reader = RecordReader(input, hasQuotes: true)
        _ = try reader.read()
        #expect(reader.offset == 6 && reader.line == 2)
        var later = RecordReader(input, hasQuotes: true, at: reader.offset, line: reader.line)
        #expect(try later.read().map(text) == "second")
    }
}
