import FoundationEssentials

extension MigrationSet {
    /// The largest file that is read.
    static let mostBytes = 4 << 20

    /// Reads the files `0001_name.sql` of a directory; other files there are an error, since one was perhaps misnamed.
    ///
    /// - Throws: ``PostgresError`` of kind migration with the file's name.
    public static func load(series: String, directory: String) throws(PostgresError) -> MigrationSet {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw PostgresError(.migration, "the directory \(directory) cannot be read")
        }
        var migrations: [Migration] = []
        for name in names.sorted() where !name.hasPrefix(".") {
            migrations.append(try read(name, in: directory))
        }
        return MigrationSet(series: series, migrations: migrations)
    }

    private static func read(_ file: String, in directory: String) throws(PostgresError) -> Migration {
        let parts = file.split(separator: "_", maxSplits: 1)
        guard parts.count == 2, parts[0].utf8.count == 4, let number = Int(parts[0]), number > 0, parts[1].hasSuffix(".sql"),
            parts[1].count > 4
        else { throw PostgresError(.migration, "\(file) is not named like 0001_name.sql") }
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(file)") else {
            throw PostgresError(.migration, "\(file) cannot be read")
        }
        guard data.count <= mostBytes else { throw PostgresError(.migration, "\(file) is larger than \(mostBytes) bytes") }
        guard let sql = String(validating: data, as: UTF8.self) else { throw PostgresError(.migration, "\(file) is not UTF-8") }
        return Migration(number: number, name: String(parts[1].dropLast(4)), sql: sql)
    }
}
