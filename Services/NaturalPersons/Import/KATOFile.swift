import Contracts

/// A file of the classifier: `id;parent_id;code;name`, perhaps `name_kk` too, in any order, with a header.
struct KATOFile: Sendable {
    /// The whole country has some 23,000 rows.
    private static let mostRows = 200_000

    private(set) var rows: [KATORow] = []
    private(set) var defects: [KATODefect] = []

    /// - Throws: ``FileError``, or ``KATOFileError`` when it is no such file at all.
    init(_ file: InputFile) throws {
        var reader = RecordReader(file, hasQuotes: false)
        guard let header = try reader.read(), header.fault == nil, let names = Self.cells(header.bytes) else {
            throw KATOFileError(reason: "it has no header")
        }
        let places = Dictionary(names.enumerated().map { ($1.lowercased(), $0) }) { first, _ in first }
        guard let id = places["id"], let parent = places["parent_id"], let code = places["code"], let name = places["name"] else {
            throw KATOFileError(reason: "its header is \(names.joined(separator: ";").prefix(100).debugDescription)")
        }
        while let record = try reader.read() {
            guard rows.count < Self.mostRows else { throw KATOFileError(reason: "it has more than \(Self.mostRows) rows") }
            if record.bytes.isEmpty, record.fault == nil { continue }
            guard record.fault == nil, let cells = Self.cells(record.bytes), cells.count == names.count,
                (1...200).contains(cells[name].count)
            else {
                defects.append(KATODefect(line: record.line, code: "", kind: .badRow))
                continue
            }
            let nameKk = places["name_kk"].map { cells[$0] }.flatMap { $0.isEmpty ? nil : $0 }
            rows.append(KATORow(
                line: record.line, id: cells[id], parentID: cells[parent], code: cells[code], nameRu: cells[name], nameKk: nameKk))
        }
    }

    private static func cells(_ bytes: [UInt8]) -> [String]? {
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else { return nil }
        return text.split(separator: ";", omittingEmptySubsequences: false).map { cell in
            var cell = cell
            while cell.first?.isWhitespace == true { cell.removeFirst() }
            while cell.last?.isWhitespace == true { cell.removeLast() }
            return String(cell)
        }
    }
}

/// A file that is no classifier.
struct KATOFileError: Error, CustomStringConvertible {
    var reason: String
    var description: String { "the file is no KATO classifier: \(reason); a header `id;parent_id;code;name` is needed" }
}
