import CommandLine
import Contracts

/// How generated persons are written: what the register's import takes.
enum PersonFormat: String, CaseIterable, ArgumentValue {
    /// One JSON object a line, in the words of the contract.
    case jsonl
    /// Fields with commas between under a header line (RFC 4180).
    case csv

    /// What stands before the first person.
    var header: [UInt8] {
        switch self {
        case .jsonl: []
        case .csv:
            Array(
                ("iin,surname_kk,given_kk,patronymic_kk,surname_ru,given_ru,patronymic_ru,sex,birth_date,citizenship,kato,address,"
                    + "status\n").utf8)
        }
    }

    func append(_ person: Persons.NewPerson, to bytes: inout [UInt8]) {
        switch self {
        case .jsonl: Self.json(person, &bytes)
        case .csv: Self.csv(person, &bytes)
        }
    }

    // By hand, since a general encoder would take longer than all the rest. Names are letters, hyphens and apostrophes;
    // only an address may hold what JSON escapes.
    private static func json(_ person: Persons.NewPerson, _ bytes: inout [UInt8]) {
        func member(_ name: StaticString, _ value: String) {
            name.withUTF8Buffer { bytes += $0 }
            bytes += value.utf8
        }
        func writing(_ writing: PersonName.Writing) {
            member("{\"surname\":\"", writing.surname.rawValue)
            member("\",\"given\":\"", writing.given.rawValue)
            if let patronymic = writing.patronymic { member("\",\"patronymic\":\"", patronymic.rawValue) }
            bytes += "\"}".utf8
        }
        member("{\"iin\":\"", person.iin.rawValue)
        bytes += "\",\"name\":{\"kk\":".utf8
        writing(person.name.kk)
        bytes += ",\"ru\":".utf8
        writing(person.name.ru)
        member("},\"sex\":\"", person.sex.rawValue)
        member("\",\"birthDate\":\"", person.birthDate.description)
        member("\",\"citizenship\":\"", person.citizenship.rawValue)
        bytes += "\"".utf8
        if let address = person.address {
            member(",\"address\":{\"kato\":\"", address.kato.rawValue)
            bytes += "\",\"text\":".utf8
            bytes += JSON.write(.string(address.text.rawValue))
            bytes += "}".utf8
        }
        bytes += ",\"status\":\"alive\"}\n".utf8
    }

    private static func csv(_ person: Persons.NewPerson, _ bytes: inout [UInt8]) {
        let name = person.name
        let fields = [
            person.iin.rawValue, name.kk.surname.rawValue, name.kk.given.rawValue, name.kk.patronymic?.rawValue ?? "",
            name.ru.surname.rawValue, name.ru.given.rawValue, name.ru.patronymic?.rawValue ?? "", person.sex.rawValue,
            person.birthDate.description, person.citizenship.rawValue, person.address?.kato.rawValue ?? "",
            quoted(person.address?.text.rawValue ?? ""), "alive",
        ]
        bytes += fields.joined(separator: ",").utf8
        bytes += "\n".utf8
    }

    private static func quoted(_ text: String) -> String {
        guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
