import Contracts

/// Who lives in the tests' register.
enum People {
    static let applicant = number("850315300019")
    static let secondApplicant = number("920712400128")
    static let stranger = number("791231304552")
    static let official = Caller.official(stranger, body: "ministry-of-justice", position: "specialist")
    static let otherOfficial = Caller.official(stranger, body: "ministry-of-finance", position: "specialist")
    static let registrar = Caller.official(stranger, body: "civil-registration", position: "registrar")
    static let administrator = Caller.operator("end-to-end")

    static let all = [
        person(applicant, "Серікбаев", "Арман", "Болатұлы", "Серикбаев", "Арман", "Болатович"),
        person(secondApplicant, "Ахметова", "Айгерім", "Нұрланқызы", "Ахметова", "Айгерим", "Нурлановна"),
        person(stranger, "Ковалёв", "Дмитрий", "Сергеевич", "Ковалёв", "Дмитрий", "Сергеевич"),
    ]

    /// Persons made by number, for campaigns.
    static func crowd(_ count: Int) -> [Persons.NewPerson] {
        (0..<count).compactMap { index in
            guard let day = LocalDate(year: 1970 + index % 30, month: 1 + index % 12, day: 1 + index % 28) else { return nil }
            // Some serials have no check digit: the next one is taken.
            let iin = (0..<5).lazy.compactMap { IIN(birthDate: day, sex: .male, serial: index * 5 + $0) }.first
            return iin.map { person($0, "Тестов", "Тест", "Тестұлы", "Тестов", "Тест", "Тестович") }
        }
    }

    private static func person(
        _ iin: IIN, _ surnameKk: String, _ givenKk: String, _ patronymicKk: String, _ surnameRu: String, _ givenRu: String, _ patronymicRu: String
    ) -> Persons.NewPerson {
        do {
            let name = PersonName(
                kk: try .init(surname: surnameKk, given: givenKk, patronymic: patronymicKk),
                ru: try .init(surname: surnameRu, given: givenRu, patronymic: patronymicRu))
            guard let day = iin.birthDateHint, let sex = iin.sexHint else { fatalError("a number without a day") }
            return Persons.NewPerson(
                iin: iin, name: name, sex: sex, birthDate: day, citizenship: try CountryCode("KZ"),
                address: Address(kato: try KATOCode("101010000"), text: try ShortText("Абай көшесі, 12")))
        } catch {
            fatalError("the tests' person is refused: \(error)")
        }
    }

    private static func number(_ text: String) -> IIN {
        guard let iin = IIN(rawValue: text) else { fatalError("no IIN: \(text)") }
        return iin
    }
}
