extension Statement {
    /// Adds a name between double quotes, those within it doubled; PostgreSQL's manual, 4.1.1.
    ///
    /// - Throws: kind misuse for what cannot be a name: empty, longer than 63 bytes, or with a zero byte.
    mutating func append(name: String) throws(PostgresError) {
        guard (1...63).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw PostgresError(.misuse, "a name has 1 to 63 bytes, none of them zero")
        }
        sql.append("\"")
        for character in name.unicodeScalars {
            if character == "\"" { sql.append("\"") }
            sql.unicodeScalars.append(character)
        }
        sql.append("\"")
    }

    /// The statement followed by a quoted name.
    func naming(_ name: String) throws(PostgresError) -> Statement {
        var statement = self
        try statement.append(name: name)
        return statement
    }
}
