import CLibpq

/// One answer of the server in libpq's memory, freed with the last row that refers to it.
final class AnswerMemory {
    let pointer: OpaquePointer
    let rowCount: Int
    let columnCount: Int

    /// Takes over the result.
    init(_ pointer: OpaquePointer) {
        self.pointer = pointer
        rowCount = Int(PQntuples(pointer))
        columnCount = Int(PQnfields(pointer))
    }

    deinit { PQclear(pointer) }

    var status: ExecStatusType { PQresultStatus(pointer) }

    /// What the server calls what it did: `INSERT 0 1`, `COMMIT`.
    var tag: String { PQcmdStatus(pointer).map { String(cString: $0) } ?? "" }

    var affected: Int { PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0 }

    func columnName(_ column: Int) -> String { PQfname(pointer, Int32(column)).map { String(cString: $0) } ?? "" }

    func cell(_ row: Int, _ column: Int) -> PostgresCell {
        let (row, column) = (Int32(truncatingIfNeeded: row), Int32(truncatingIfNeeded: column))
        let type = PostgresType(rawValue: PQftype(pointer, column))
        guard PQgetisnull(pointer, row, column) == 0 else { return PostgresCell(bytes: nil, type: type) }
        let bytes = UnsafeRawBufferPointer(
            start: PQgetvalue(pointer, row, column), count: Int(PQgetlength(pointer, row, column)))
        return PostgresCell(bytes: bytes, type: type)
    }
}
