import Contracts
import EventLoop
import ServiceKit

extension LawData {
    /// Reads what `migrate` has put into the database.
    @Loop init(_ surroundings: Surroundings) async throws {
        var files: [DataFile] = []
        for folder in ReferenceFolder.allCases {
            for edition in try await surroundings.editions(folder.rawValue) {
                files.append(DataFile(folder: folder, name: edition.name, content: edition.content))
            }
        }
        // Half a megabyte of JSON would hold the loop up.
        self = try await Loop.offload { [files] in try LawData(files) }
    }
}
