import Contracts

/// The folders of dated data, as the data directory and the table of reference data name them.
enum ReferenceFolder: String, CaseIterable, Sendable {
    case calendar, deadlines, kinds, tariffs, numbers
    case localTime = "local-time"
}

/// One file of dated data: its name without the ending, and what it says.
struct DataFile: Sendable {
    var folder: ReferenceFolder
    var name: String
    var content: [UInt8]

    /// Members that we do not need are passed over; those that we need must be there and good.
    ///
    /// - Throws: ``DataFileError`` that names the file and the place in it.
    func decoded<T: Decodable>(as type: T.Type = T.self) throws(DataFileError) -> T {
        do {
            return try JSON.decode(T.self, from: content, unknown: .ignore)
        } catch {
            throw wrong("\(error)")
        }
    }

    func wrong(_ reason: String) -> DataFileError { DataFileError(file: "\(folder.rawValue)/\(name).json", reason: reason) }
}

/// A file of dated data that does not say what it must.
struct DataFileError: Error, CustomStringConvertible {
    var file: String
    var reason: String
    var description: String { "\(file): \(reason)" }
}

/// Where a statement of the data comes from.
enum Provenance: String, Decodable, Sendable {
    case law, publication, sample, package, assumed
}
