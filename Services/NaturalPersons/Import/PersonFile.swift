import Contracts

/// A row that is good, and how it stood in the file.
struct ImportRow: Sendable {
    var line: Int
    var person: Persons.Record
    var raw: [UInt8]
}

/// A row that does not go in.
struct Reject: Sendable {
    var line: Int
    var fault: RowFault
    var raw: [UInt8]
}

/// Rows of a file that go in together.
struct ImportBatch: Sendable {
    var rows: [ImportRow] = []
    var rejects: [Reject] = []
    /// Rows that stood in the same batch already, word for word.
    var repeated = 0
    /// How far the file is read with this batch.
    var offset: Int64 = 0
    var line = 0

    var count: Int { rows.count + rejects.count + repeated }
}

/// A file of persons, read batch by batch.
struct PersonFile: Sendable {
    /// A batch's rows at most, and their bytes.
    static let batchRows = 5000
    private static let batchBytes = 4 << 20

    private var reader: RecordReader
    private let header: CSVHeader?
    private let check: RowCheck

    /// - Parameter place: where an earlier import has come to; nil for the beginning.
    init(_ file: InputFile, _ format: FileFormat, classifier: KATOIndex, today: LocalDate, from place: (offset: Int64, line: Int)?) throws {
        reader = RecordReader(file, hasQuotes: format == .csv)
        switch format {
        case .csv:
            header = try CSVHeader(try reader.read())
            check = RowCheck(classifier: classifier, today: today, name: \.rawValue)
        case .jsonl:
            header = nil
            check = RowCheck(classifier: classifier, today: today, name: \.pointer)
        }
        if let place, place.offset > 0 { reader = RecordReader(file, hasQuotes: format == .csv, at: place.offset, line: place.line) }
    }

    /// The next rows; nil at the end of the file.
    mutating func nextBatch(rows: Int = batchRows) throws -> ImportBatch? {
        var batch = ImportBatch()
        var places: [String: Int] = [:]
        var bytes = 0
        while batch.count < rows, bytes < Self.batchBytes, let record = try reader.read() {
            if record.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }), record.fault == nil { continue }
            bytes += record.bytes.count
            add(record, to: &batch, &places)
        }
        batch.offset = reader.offset
        batch.line = reader.line
        return batch.count == 0 ? nil : batch
    }

    private mutating func add(_ record: RawRecord, to batch: inout ImportBatch, _ places: inout [String: Int]) {
        do {
            let person = try person(of: record)
            guard let earlier = places[person.iin.rawValue] else {
                places[person.iin.rawValue] = batch.rows.count
                batch.rows.append(ImportRow(line: record.line, person: person, raw: record.bytes))
                return
            }
            if person.fields(changedFrom: batch.rows[earlier].person).isEmpty {
                batch.repeated += 1
            } else {
                batch.rejects.append(Reject(line: record.line, fault: .otherData(check.name(.iin)), raw: record.bytes))
            }
        } catch {
            var record = record
            if error.isStructural, let first = reader.readAgainAfterFirstLine() { record = first }
            batch.rejects.append(Reject(line: record.line, fault: error, raw: record.bytes))
        }
    }

    private func person(of record: RawRecord) throws(RowFault) -> Persons.Record {
        switch record.fault {
        case .tooLong?:
            throw RowFault(field: nil, rule: "row-too-long", reason: "is longer than \(RecordReader.limit) bytes; its beginning is kept")
        case .openQuote?: throw RowFault(field: nil, rule: "csv-quote", reason: "a quote is opened and never closed")
        case nil:
            guard let header else { return try check.person(try JSONLine.fields(record.bytes)) }
            return try check.person(try header.fields(record.bytes))
        }
    }
}

extension RowFault {
    /// Whether it is about how the record is cut, not about what its fields say.
    var isStructural: Bool { rule == "csv-quote" || rule == "column-count" }

    static func otherData(_ field: String) -> RowFault {
        RowFault(field: field, rule: "exists-with-other-data", reason: "exists with other data")
    }
}
