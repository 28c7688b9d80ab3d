import CommandLine
import Contracts

/// The units of a KATO file where people live: those that no other unit lies in.
enum Settlements {
    /// Reads `id;parent_id;code;name` rows under a header line.
    static func load(_ file: String) throws -> [KATOCode] {
        try read(Files.text(file, limit: 64 << 20), name: file)
    }

    static func read(_ text: String, name: String) throws -> [KATOCode] {
        var parents: Set<Substring> = []
        var rows: [(id: Substring, code: KATOCode)] = []
        for (index, line) in text.split(separator: "\n").enumerated().dropFirst() {
            let fields = line.split(separator: ";", maxSplits: 3, omittingEmptySubsequences: false).map(\.trimmingBlanks)
            guard fields.count == 4 else {
                throw CommandFailure("\(name), line \(index + 1): not of the form id;parent_id;code;name")
            }
            do {
                rows.append((fields[0], try KATOCode(String(fields[2]))))
            } catch {
                throw CommandFailure("\(name), line \(index + 1): \(error)")
            }
            parents.insert(fields[1])
        }
        let leaves = rows.filter { !parents.contains($0.id) }.map(\.code)
        guard !leaves.isEmpty else {
            throw CommandFailure("\(name) has no settlements", advice: "take a KATO file such as Services/NaturalPersons/Data/kato/kato-abai.csv")
        }
        return leaves
    }
}
