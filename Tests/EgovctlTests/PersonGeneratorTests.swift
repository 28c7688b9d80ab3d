import CommandLine
import Contracts
import Testing

@testable import Egovctl

@Suite struct PersonGeneratorTests {
    private static let rows = """
        id;parent_id;code;name
        1;0;100000000;область Абай
        2;1;101000000;Семей Г.А.
        3;2;101010000;г.Семей
        4;2;101033000;Абралинский с.о.
        5;4;101033100;с.Абралы
        """
    private static let settlements = ["101010000", "101033100"]
    private static let root = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }
    private static let names = Result { try Names.load(root + "/Services/Egovctl/Data/names.json") }

    private func generate(_ count: Int, seed: UInt64, personas: Bool = false) throws -> [Persons.NewPerson] {
        let settlements = try Settlements.read(Self.rows, name: "rows")
        var generator = try PersonGenerator(
            names: try Self.names.get(), settlements: settlements, seed: seed, personas: personas ? Personas.all(in: settlements[0]) : [])
        return try (0..<count).map { _ in try generator.next() }
    }

    @Test func onlySettlementsAreLivedIn() throws {
        #expect(try Settlements.read(Self.rows, name: "rows").map(\.rawValue) == Self.settlements)
        #expect(throws: CommandFailure.self) { try Settlements.read("id;parent_id;code;name\n1;0;12;x", name: "rows") }
        #expect(throws: CommandFailure.self) { try Settlements.read("id;parent_id;code;name\n", name: "rows") }
    }

    @Test func numbersAreValidUniqueAndFitThePerson() throws {
        let persons = try generate(20_000, seed: 7)
        #expect(Set(persons.map(\.iin)).count == persons.count)
        for person in persons {
            let read = try IIN(person.iin.rawValue)
            #expect(read.birthDateHint == person.birthDate && read.sexHint == person.sex)
        }
        let addresses = Set(persons.compactMap { $0.address?.kato.rawValue })
        #expect(addresses == Set(Self.settlements))
    }

    @Test func theSameSeedMakesTheSamePersons() throws {
        #expect(try generate(500, seed: 3) == generate(500, seed: 3))
        #expect(try generate(500, seed: 3) != generate(500, seed: 4))
    }

    @Test func thoseWhomTheDemonstrationKnowsComeFirstAndOnce() throws {
        let persons = try generate(50_000, seed: 1, personas: true)
        #expect(persons.prefix(3).map(\.iin.rawValue) == [Personas.applicant, Personas.secondApplicant, Personas.official])
        #expect(Set(persons.map(\.iin)).count == persons.count)
    }

    @Test func namesBendWithTheSex() throws {
        let persons = try generate(5_000, seed: 5)
        for person in persons {
            for writing in [person.name.kk, person.name.ru] {
                guard let patronymic = writing.patronymic?.rawValue else { continue }
                let female = ["қызы", "кызы", "вна", "чна"].contains { patronymic.hasSuffix($0) }
                let male = ["ұлы", "улы", "ич"].contains { patronymic.hasSuffix($0) }
                #expect(person.sex == .female ? female && !male : male && !female, "\(patronymic)")
            }
            // Surnames in -ов, -ев, -ин are men's.
            if person.sex == .female {
                #expect(!["ов", "ев", "ёв", "ский"].contains { person.name.ru.surname.rawValue.hasSuffix($0) }, "\(person.name.ru.full)")
            }
        }
        let kazakh = persons.filter { $0.name.kk.patronymic.map { $0.rawValue.hasSuffix("ұлы") || $0.rawValue.hasSuffix("қызы") } ?? false }
        #expect((2_500...4_000).contains(kazakh.count), "about seventy of a hundred, and most of them with a patronymic")
        #expect(persons.contains { $0.name.kk.patronymic == nil })
    }

    @Test func linesAreInTheWordsOfTheContract() throws {
        let persons = try generate(300, seed: 9, personas: true)
        for person in persons {
            var bytes: [UInt8] = []
            PersonFormat.jsonl.append(person, to: &bytes)
            #expect(bytes.last == 10 && bytes.count { $0 == 10 } == 1)
            let tree = try JSON.parse(bytes)
            #expect(tree["status"] == "alive")
            #expect(try JSON.decode(Persons.NewPerson.self, from: tree, unknown: .ignore) == person)
        }
    }

    @Test func commaSeparatedFieldsMatchTheirHeader() throws {
        let person = try #require(try generate(1, seed: 2, personas: true).first)
        var bytes = PersonFormat.csv.header
        PersonFormat.csv.append(person, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last?.hasPrefix("850315300019,Серікбаев,Арман,Болатұлы,Серикбаев,Арман,Болатович,male,1985-03-15,KZ,101010000,\"") == true)
        #expect(lines.first?.split(separator: ",").count == 13)
    }

    @Test func theCommandWritesWholeFilesOnly() async throws {
        let temporary = try TemporaryFolder()
        let (kato, output) = ("\(temporary.path)/kato.csv", "\(temporary.path)/persons.jsonl")
        try Files.write(Array(Self.rows.utf8), to: kato, mode: 0o600)
        let words = ["persons", "generate", "--names", Self.root + "/Services/Egovctl/Data/names.json", "--kato", kato, "--output", output]
        let result = await run(words + ["--count", "1_000"])
        #expect(result.code == .success, "\(result.error)")
        #expect(try Files.text(output, limit: 1 << 20).split(separator: "\n").count == 1000)
        #expect(await run(words + ["--count", "1000", "--kato", "/nowhere"]).code == .usage, "an option is given once")
        #expect(TemporaryFolder.contents(temporary.path) == ["kato.csv", "persons.jsonl"])
    }
}
