import CommandLine
import Contracts

/// How a file of persons is written.
enum FileFormat: String, CaseIterable, Sendable, ArgumentValue {
    case csv, jsonl

    /// What the ending of a file's name says.
    init?(fileName: String) {
        if fileName.lowercased().hasSuffix(".csv") {
            self = .csv
        } else if fileName.lowercased().hasSuffix(".jsonl") || fileName.lowercased().hasSuffix(".ndjson") {
            self = .jsonl
        } else {
            return nil
        }
    }
}

/// The columns of a CSV file in their order, from its header.
struct CSVHeader: Sendable {
    let columns: [PersonColumn]

    /// - Throws: ``HeaderError`` when a column is unknown, missing or there twice.
    init(_ record: RawRecord?) throws {
        guard let record, record.fault == nil else { throw HeaderError(reason: "it has no header") }
        let names: [String]
        do { names = try CSVRecord.fields(record.bytes) } catch {
            throw HeaderError(reason: "its header is no CSV: \(RowFault(error, nil).reason)")
        }
        var columns: [PersonColumn] = []
        for name in names {
            guard let column = PersonColumn(rawValue: name) else {
                throw HeaderError(reason: "its header has a column \(String(name.prefix(40)).debugDescription)")
            }
            guard !columns.contains(column) else { throw HeaderError(reason: "its header has \(name) twice") }
            columns.append(column)
        }
        let missing = PersonColumn.allCases.filter { !$0.isOptional && !columns.contains($0) }
        guard missing.isEmpty else {
            throw HeaderError(reason: "its header lacks \(missing.map(\.rawValue).joined(separator: ", "))")
        }
        self.columns = columns
    }

    /// An empty field is one that is not there.
    func fields(_ bytes: [UInt8]) throws(RowFault) -> PersonFields {
        let texts: [String]
        do { texts = try CSVRecord.fields(bytes) } catch { throw RowFault(error, self) }
        guard texts.count == columns.count else {
            throw RowFault(field: nil, rule: "column-count", reason: "has \(texts.count) columns, the header has \(columns.count)")
        }
        var fields = PersonFields()
        for (column, text) in zip(columns, texts) where !text.isEmpty { fields[column] = text }
        return fields
    }
}

/// A CSV file that cannot be read at all.
struct HeaderError: Error, CustomStringConvertible {
    var reason: String
    var description: String {
        "the file is not as `import` needs it: \(reason); its columns are \(PersonColumn.allCases.map(\.rawValue).joined(separator: ","))"
    }
}

extension RowFault {
    init(_ fault: CSVRecord.Fault, _ header: CSVHeader?) {
        func name(_ field: Int) -> String? {
            guard let header else { return nil }
            return header.columns.indices.contains(field) ? header.columns[field].rawValue : nil
        }
        switch fault {
        case .strayQuote(let field):
            self.init(field: name(field), rule: "csv-quote", reason: "a quote stands inside a field that does not begin with one")
        case .textAfterQuote(let field):
            self.init(field: name(field), rule: "csv-quote", reason: "a comma must follow the closing quote")
        case .openQuote(let field):
            self.init(field: name(field), rule: "csv-quote", reason: "a quote is opened and never closed")
        case .notUTF8(let field): self.init(field: name(field), rule: "utf-8", reason: "is no text in UTF-8")
        case .tooManyFields: self.init(field: nil, rule: "column-count", reason: "has more than 64 columns")
        }
    }
}

/// One object of a JSON Lines file: the words of the contract's NewPerson, and `status`.
enum JSONLine {
    private static let limits = JSONLimits(maxBytes: RecordReader.limit, maxDepth: 4, maxValues: 32)

    static func fields(_ bytes: [UInt8]) throws(RowFault) -> PersonFields {
        let tree: JSONValue
        do { tree = try JSON.parse(bytes, limits: limits) } catch {
            throw RowFault(field: nil, rule: "json", reason: "column \(error.column): \(error.text.en)")
        }
        guard case .object(let object) = tree else { throw RowFault(field: nil, rule: "json", reason: "must be one object") }
        var fields = PersonFields()
        try walk(object, "", &fields)
        return fields
    }

    private static func walk(_ object: JSONObject, _ place: String, _ fields: inout PersonFields) throws(RowFault) {
        for member in object.members {
            let pointer = "\(place)/\(member.name)"
            switch member.value {
            case .null: continue
            case .object(let inner) where groups.contains(pointer): try walk(inner, pointer, &fields)
            case .string(let text):
                guard let column = PersonColumn.byPointer[pointer] else {
                    throw RowFault(field: String(pointer.prefix(100)), rule: "field-unknown", reason: "there is no such field")
                }
                fields[column] = text
            default:
                let isKnown = PersonColumn.byPointer[pointer] != nil || groups.contains(pointer)
                throw RowFault(
                    field: String(pointer.prefix(100)), rule: isKnown ? "field-type" : "field-unknown",
                    reason: isKnown ? "is \(member.value.kind)" : "there is no such field")
            }
        }
    }

    private static let groups: Set<String> = ["/name", "/name/kk", "/name/ru", "/address"]
}
