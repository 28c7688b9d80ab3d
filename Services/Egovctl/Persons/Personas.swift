import Contracts

/// The persons whom the demonstration and the examples know; they stand first among the generated ones.
enum Personas {
    /// Applies for a licence and gets it.
    static let applicant = "850315300019"
    /// Applies, and nobody decides.
    static let secondApplicant = "920712400128"
    /// The licensor's official.
    static let official = "791231304552"

    /// All of them, living in the given settlement.
    static func all(in settlement: KATOCode) throws -> [Persons.NewPerson] {
        [
            try person(
                applicant, .male, kk: ("Серікбаев", "Арман", "Болатұлы"), ru: ("Серикбаев", "Арман", "Болатович"),
                "1985-03-15", settlement, "Абай көшесі, 12 үй, 7 пәтер"),
            try person(
                secondApplicant, .female, kk: ("Ахметова", "Айгерім", "Нұрланқызы"), ru: ("Ахметова", "Айгерим", "Нурлановна"),
                "1992-07-12", settlement, "Шәкәрім көшесі, 48 үй, 15 пәтер"),
            try person(
                official, .male, kk: ("Ковалёв", "Дмитрий", "Сергеевич"), ru: ("Ковалёв", "Дмитрий", "Сергеевич"),
                "1979-12-31", settlement, "ул. Сатпаева, д. 3, кв. 21"),
        ]
    }

    private static func person(
        _ iin: String, _ sex: Sex, kk: (String, String, String), ru: (String, String, String), _ birthDate: String,
        _ settlement: KATOCode, _ address: String
    ) throws -> Persons.NewPerson {
        guard let birthDate = LocalDate(birthDate) else { throw Fault("\(birthDate) is no day") }
        return Persons.NewPerson(
            iin: try IIN(iin),
            name: PersonName(
                kk: try .init(surname: kk.0, given: kk.1, patronymic: kk.2), ru: try .init(surname: ru.0, given: ru.1, patronymic: ru.2)),
            sex: sex, birthDate: birthDate, citizenship: try CountryCode("KZ"), address: Address(kato: settlement, text: try ShortText(address)))
    }
}
