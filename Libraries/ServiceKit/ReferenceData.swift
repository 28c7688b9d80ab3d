import Contracts
import EventLoop
import FoundationEssentials
import Postgres
import Telemetry
import Trust

/// One dated file of reference data: what the law fixes, as it stood from a day on.
public struct Edition: Sendable {
    /// The name of the file without its ending: usually the day from which it is in force.
    public let name: String
    public let content: [UInt8]
}

extension Surroundings {
    /// Takes the files `<folder>/*.json` of the data directory into the database.
    ///
    /// An edition that has been loaded is what decisions were made with: only a development profile replaces it.
    ///
    /// - Throws: ``ReferenceDataError`` when the folder is missing or empty, or a file is no JSON.
    public func loadEditions(_ folder: String) async throws {
        let directory = "\(dataDirectory)/\(folder)"
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
        guard !names.isEmpty else { throw ReferenceDataError(place: directory, reason: "no *.json there; is DATA_DIRECTORY right?") }
        for name in names {
            let file = "\(directory)/\(name).json"
            guard let data = FileManager.default.contents(atPath: file) else { throw ReferenceDataError(place: file, reason: "it cannot be read") }
            let content = [UInt8](data)
            do { _ = try JSON.parse(content) } catch { throw ReferenceDataError(place: file, reason: "\(error)") }
            let checksum = Digest.sha256(content)
            let present = try await database.fetch(Query.first("SELECT checksum FROM reference_data WHERE name = \(folder) AND edition = \(name)") {
                try $0.column(0, as: [UInt8].self)
            })
            if let present, present != checksum, configuration["PROFILE"] != "development" {
                throw ReferenceDataError(place: file, reason: "it differs from the edition that was loaded; leave that as it is and add a new file")
            }
            let changed = try await database.run(Batch(statements: ["""
                INSERT INTO reference_data (name, edition, content, checksum, loaded_at)
                VALUES (\(folder), \(name), \(content), \(checksum), \(Timestamp.now))
                ON CONFLICT (name, edition) DO UPDATE SET content = EXCLUDED.content, checksum = EXCLUDED.checksum, loaded_at = EXCLUDED.loaded_at
                WHERE reference_data.checksum <> EXCLUDED.checksum
                RETURNING name
                """], key: "reference_data", mayRunAgain: true))
            if changed.first?.isEmpty == false { Log.info("reference data loaded", ["name": "\(folder)", "edition": "\(name)"]) }
        }
    }

    /// The editions of a name as the database has them, the oldest first.
    ///
    /// - Throws: ``ReferenceDataError`` when there is none: `migrate` has not run.
    public func editions(_ name: String) async throws -> [Edition] {
        let editions = try await database.fetch(Query.all(
            "SELECT edition, content FROM reference_data WHERE name = \(name) ORDER BY edition") { row in
                Edition(name: try row.column(0), content: try row.column(1))
            })
        guard !editions.isEmpty else { throw ReferenceDataError(place: name, reason: "no edition in the database; run `migrate`") }
        return editions
    }
}

/// Reference data that are missing or broken.
public struct ReferenceDataError: Error, CustomStringConvertible {
    public let place: String
    public let reason: String
    public var description: String { "reference data \(place): \(reason)" }
}
