/// The rows that one statement gave, read from the answer's own memory as they are asked for. They stay on the loop.
public struct Rows: RandomAccessCollection {
    let answer: AnswerMemory

    public var startIndex: Int { 0 }
    public var endIndex: Int { answer.rowCount }

    public subscript(position: Int) -> Row {
        precondition(position >= 0 && position < answer.rowCount, "no such row")
        return Row(answer: answer, index: position)
    }

    /// How many rows the statement inserted, updated, deleted, or selected.
    public var affected: Int { answer.affected }

    /// The number of the first column of a name.
    public func column(named name: String) -> Int? { (0..<answer.columnCount).first { answer.columnName($0) == name } }
}

/// One row; columns are numbered from 0.
public struct Row {
    let answer: AnswerMemory
    let index: Int

    public var columnCount: Int { answer.columnCount }

    /// - Throws: kind ``PostgresError/Kind/decoding`` when the column is missing, of another type, or NULL where `T` is not optional.
    public func column<T: PostgresDecodable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T {
        guard column >= 0, column < answer.columnCount else {
            throw PostgresError(.decoding, "column \(column) was asked for, but there are \(answer.columnCount)")
        }
        let cell = answer.cell(index, column)
        guard T.accepts(cell.type) else { throw mismatch(column, T.expectation, "\(cell.type)") }
        do {
            return try T.decode(cell)
        } catch {
            switch error {
            case .null: throw mismatch(column, T.expectation, "NULL")
            case .malformed: throw mismatch(column, T.expectation, "malformed \(cell.type)")
            case .unrepresentable: throw mismatch(column, "\(T.self)", "a value of \(cell.type) that it cannot hold")
            }
        }
    }

    /// A column read by its raw value: an identifier, an enumeration.
    @_disfavoredOverload
    public func column<T: RawRepresentable>(_ column: Int, as type: T.Type = T.self) throws(PostgresError) -> T
    where T.RawValue: PostgresDecodable {
        try make(T.self, from: try self.column(column, as: T.RawValue.self), column)
    }

    @_disfavoredOverload
    public func column<T: RawRepresentable>(_ column: Int, as type: T?.Type = T?.self) throws(PostgresError) -> T?
    where T.RawValue: PostgresDecodable {
        guard let raw = try self.column(column, as: T.RawValue?.self) else { return nil }
        return try make(T.self, from: raw, column)
    }

    @_disfavoredOverload
    public func column<T: RawRepresentable>(_ column: Int, as type: [T].Type = [T].self) throws(PostgresError) -> [T]
    where T.RawValue: PostgresArrayElement {
        var values: [T] = []
        for raw in try self.column(column, as: [T.RawValue].self) { values.append(try make(T.self, from: raw, column)) }
        return values
    }

    /// The first columns, one for each type asked for: `let (name, age): (String, Int?) = try row.decode()`.
    // Compiler 6.3.1 breaks down when it makes packs of types ready for other modules.
    @_semantics("optimize.no.crossmodule")
    public func decode<each T: PostgresDecodable>(
        as types: (repeat each T).Type = (repeat each T).self
    ) throws(PostgresError) -> (repeat each T) {
        var next = 0
        func read<U: PostgresDecodable>(_: U.Type) throws(PostgresError) -> U {
            defer { next += 1 }
            return try column(next)
        }
        return (repeat try read((each T).self))
    }

    private func make<T: RawRepresentable>(_: T.Type, from raw: T.RawValue, _ column: Int) throws(PostgresError) -> T {
        guard let value = T(rawValue: raw) else { throw mismatch(column, "\(T.self)", "a value that is none") }
        return value
    }

    private func mismatch(_ column: Int, _ expected: String, _ found: String) -> PostgresError {
        PostgresError(.decoding, "column \(column) \"\(answer.columnName(column))\": expected \(expected), found \(found)")
    }
}
