import Contracts
import EventLoop
import ServiceKit

extension Dated where Content: Decodable {
    /// Reads editions that are named by the day from which they are in force.
    ///
    /// - Throws: when a name is no day or a file does not have the form.
    init(_ editions: [ServiceKit.Edition]) throws {
        try self.init(editions.map { edition in
            guard let day = LocalDate(edition.name) else { throw EditionNameError(name: edition.name) }
            return Edition(from: day, content: try JSON.decode(Content.self, from: edition.content))
        })
    }
}

/// A data file whose name is no day.
struct EditionNameError: Error, CustomStringConvertible {
    var name: String
    var description: String { "the data file \(name).json must be named by the day from which it is in force, like 2015-01-01.json" }
}

extension LocalTime {
    /// Reads what `migrate` has put into the database.
    ///
    /// - Throws: when it is not there, or a file does not say what it must.
    @Loop init(_ surroundings: Surroundings) async throws {
        guard let file = try await surroundings.editions(ReferenceFolder.localTime).last else { throw LocalTimeFileError() }
        try self.init(content: file.content)
    }

    init(content: [UInt8]) throws {
        let read = try JSON.decode(LocalTime.self, from: content)
        let days = read.periods.map(\.from)
        guard !days.isEmpty, zip(days, days.dropFirst()).allSatisfy({ $0 < $1 }),
            read.periods.allSatisfy({ (-12...14).contains($0.offsetHours) })
        else { throw LocalTimeFileError() }
        self = read
    }
}

/// A file of local time that does not say what it must.
struct LocalTimeFileError: Error, CustomStringConvertible {
    var description: String { "local-time/*.json needs periods, the oldest first, with offsets of -12 to 14 hours" }
}
