extension Statement {
    /// The statement followed by a name between double quotes, those within it doubled; PostgreSQL's manual, 4.1.1.
    ///
    /// - Throws: kind misuse for what cannot be a name: empty, longer than 63 bytes, or with a zero byte.
    func naming(_ name: String) throws(PostgresError) -> Statement {
        guard (1...63).contains(name.utf8.count), !name.utf8.contains(0) else {
            throw PostgresError(.misuse, "a name has 1 to 63 bytes, none of them zero")
        }
        var quoted = "\""
        for character in name.unicodeScalars {
            if character == "\"" { quoted.append("\"") }
            quoted.unicodeScalars.append(character)
        }
        var statement = self
        statement.append(quoted: quoted + "\"")
        return statement
    }
}
