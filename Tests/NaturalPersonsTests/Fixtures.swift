import Contracts
import Foundation
import Testing

@testable import NaturalPersons

/// Persons and files that no register holds.
enum Fixture {
    static let iins = ["850315300019", "920712400128", "010101500073", "141229600035", "000229600014", "450509307770", "791231304552"]
    static let today = LocalDate("2015-12-01")
    static let header = "iin,surname_kk,given_kk,patronymic_kk,surname_ru,given_ru,patronymic_ru,sex,birth_date,citizenship,kato,address,status"
    static let classifier = KATOIndex(["100000000", "101000000", "101010000"])

    static func row(_ iin: String, surname: String = "Ахметов", kato: String = "101010000") -> String {
        "\(iin),\(surname),Ерлан,Болатұлы,Ахметов,Ерлан,Болатович,male,1985-03-15,KZ,\(kato),\"Абай көшесі, 5 үй\",alive"
    }

    static func person(_ iin: String = iins[0]) throws -> Persons.NewPerson {
        Persons.NewPerson(
            iin: try IIN(iin),
            name: PersonName(
                kk: try PersonName.Writing(surname: "Ахметов", given: "Ерлан", patronymic: "Болатұлы"),
                ru: try PersonName.Writing(surname: "Ахметов", given: "Ерлан", patronymic: "Болатович")),
            sex: .male, birthDate: try #require(LocalDate("1985-03-15")), citizenship: try CountryCode("KZ"),
            address: Address(kato: try KATOCode("101010000"), text: try ShortText("Абай көшесі, 5 үй")))
    }

    /// The editions of a data file of the service.
    static func data<T: Decodable>(_ folder: String, _: T.Type) throws -> T { try JSON.decode(T.self, from: file(folder, "2015-01-01")) }

    static func localTime() throws -> LocalTime { try LocalTime(content: file(ReferenceFolder.localTime, "astana")) }

    private static func file(_ folder: String, _ name: String) throws -> [UInt8] {
        let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let file = package.appendingPathComponent("Services/NaturalPersons/Data/\(folder)/\(name).json")
        return [UInt8](try Data(contentsOf: file))
    }
}

/// A file of a test's own in a folder of its own, gone afterwards.
final class TestFile: Sendable {
    let path: String
    private let folder: URL

    init(_ content: some Sequence<UInt8>, name: String = "persons.csv") throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appendingPathComponent(name)
        try Data(content).write(to: file)
        path = file.path
    }

    convenience init(lines: [String], name: String = "persons.csv") throws {
        try self.init(lines.map { $0 + "\n" }.joined().utf8, name: name)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
