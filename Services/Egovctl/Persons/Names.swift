import CommandLine
import Contracts
import Glibc

/// Names to draw from, each part checked and bent beforehand.
struct Names: Sendable {
    /// A part of a name in both writings.
    struct Part: Sendable, Hashable {
        let kk: NamePart
        let ru: NamePart
    }

    /// What differs between men and women.
    struct Forms: Sendable {
        var given: [Part] = []
        var surnames: [Part] = []
        /// One for each father and style.
        var patronymics: [Part] = []
    }

    /// Names of one origin.
    struct Origin: Sendable {
        var male = Forms()
        var female = Forms()

        subscript(sex: Sex) -> Forms { sex == .male ? male : female }
    }

    /// Each with its share of the persons, in percent.
    let origins: [(share: Int, names: Origin, isKazakh: Bool)]
    /// Streets in both writings; house and flat come behind.
    let streets: [(kk: String, ru: String)]

    /// What the file holds.
    private struct File: Codable {
        struct Group: Codable {
            var share: Int
            var maleGivenNames: [Writings]
            var femaleGivenNames: [Writings]
            var surnames: [Bent]
            var patronymics: [Bent]
        }
        struct Writings: Codable {
            var kk: String
            var ru: String
        }
        struct Bent: Codable {
            var male: Writings
            var female: Writings
        }
        var kazakh: Group
        var russian: Group
        var streets: [Writings]
    }

    /// - Parameter file: `names.json`; nil looks for the one that comes with the program.
    static func load(_ file: String?) throws -> Names {
        let file = try file ?? ownFile()
        do {
            return try Names(JSON.decode(File.self, from: Files.bytes(file, limit: 1 << 20), unknown: .ignore))
        } catch let error as CommandFailure {
            throw error
        } catch {
            throw CommandFailure("\(file): \(error)", advice: "compare it with Services/Egovctl/Data/names.json")
        }
    }

    /// In DATA_DIRECTORY, else in the source tree or the installation that the executable lies in.
    private static func ownFile() throws -> String {
        var places: [String] = []
        if let folder = getenv("DATA_DIRECTORY") { places.append(String(cString: folder) + "/names.json") }
        var folder = executable[...]
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            places += ["\(folder)/Services/Egovctl/Data/names.json", "\(folder)/share/shanyraq/egovctl/names.json"]
        }
        places.append("Services/Egovctl/Data/names.json")
        guard let place = places.first(where: Files.exists) else {
            throw CommandFailure("names.json is not found beside this program", advice: "say where it is: --names FILE")
        }
        return place
    }

    private static var executable: String {
        var buffer = [CChar](repeating: 0, count: 4096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private init(_ file: File) throws {
        guard file.kazakh.share >= 0, file.russian.share >= 0, file.kazakh.share + file.russian.share == 100, !file.streets.isEmpty else {
            throw Fault("shares must be 100 together, and there must be streets")
        }
        origins = [
            (file.kazakh.share, try Self.origin(file.kazakh), true), (file.russian.share, try Self.origin(file.russian), false),
        ]
        streets = file.streets.map { ($0.kk, $0.ru) }
    }

    private static func origin(_ group: File.Group) throws -> Origin {
        func forms(_ given: [File.Writings], _ bent: (File.Bent) -> File.Writings) throws -> Forms {
            let forms = Forms(
                given: try given.map(part), surnames: try group.surnames.map { try part(bent($0)) },
                patronymics: try group.patronymics.map { try part(bent($0)) })
            guard !forms.given.isEmpty, !forms.surnames.isEmpty else { throw Fault("a list of names is empty") }
            return forms
        }
        return Origin(male: try forms(group.maleGivenNames, \.male), female: try forms(group.femaleGivenNames, \.female))
    }

    private static func part(_ writings: File.Writings) throws -> Part {
        try Part(kk: NamePart(writings.kk), ru: NamePart(writings.ru))
    }
}
