import Contracts
import FoundationEssentials
import Postgres

/// The rows of persons.
enum PersonTable {
    static let columns: Statement = """
        id, iin, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship,
        kato, address_text, status, version
        """

    static func person(_ iin: IIN) -> Query<Persons.Record?> {
        Query.first("SELECT \(columns) FROM person WHERE iin = \(iin)", record)
    }

    static func lock(_ iin: IIN) -> Query<Persons.Record?> {
        Query.first("SELECT \(columns) FROM person WHERE iin = \(iin) FOR UPDATE", record)
    }

    @Sendable static func record(_ row: Row) throws -> Persons.Record {
        let kato: KATOCode? = try row.column(11)
        let text: ShortText? = try row.column(12)
        return Persons.Record(
            id: try row.column(0), iin: try row.column(1), name: PersonName(kk: try writing(row, 2), ru: try writing(row, 5)),
            sex: try row.column(8), birthDate: try row.column(9), citizenship: try row.column(10),
            address: kato.flatMap { kato in text.map { Address(kato: kato, text: $0) } }, status: try row.column(13),
            version: try row.column(14))
    }

    private static func writing(_ row: Row, _ first: Int) throws -> PersonName.Writing {
        let surname: NamePart = try row.column(first)
        let given: NamePart = try row.column(first + 1)
        let patronymic: NamePart? = try row.column(first + 2)
        return PersonName.Writing(surname: surname, given: given, patronymic: patronymic)
    }

    static func insert(_ person: Persons.Record, at moment: Timestamp) -> Statement {
        """
        INSERT INTO person (\(columns), recorded_at)
        VALUES (\(person.id), \(person.iin),
                \(person.name.kk.surname), \(person.name.kk.given), \(person.name.kk.patronymic),
                \(person.name.ru.surname), \(person.name.ru.given), \(person.name.ru.patronymic),
                \(person.sex), \(person.birthDate), \(person.citizenship),
                \(person.address?.kato), \(person.address?.text), \(person.status), \(person.version), \(moment))
        """
    }

    static func update(_ person: Persons.Record, at moment: Timestamp) -> Statement {
        """
        UPDATE person SET
            surname_kk = \(person.name.kk.surname), given_kk = \(person.name.kk.given), patronymic_kk = \(person.name.kk.patronymic),
            surname_ru = \(person.name.ru.surname), given_ru = \(person.name.ru.given), patronymic_ru = \(person.name.ru.patronymic),
            sex = \(person.sex), birth_date = \(person.birthDate), citizenship = \(person.citizenship),
            kato = \(person.address?.kato), address_text = \(person.address?.text), status = \(person.status),
            version = \(person.version), recorded_at = \(moment)
        WHERE id = \(person.id)
        """
    }

    /// Keeps what a record says now, before it is corrected.
    static func keep(_ id: UUID, reason: LongText, by caller: Caller, at moment: Timestamp) -> Statement {
        """
        INSERT INTO person_history (
            person, version, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship,
            kato, address_text, status, recorded_at, reason, corrected_by, body, corrected_at)
        SELECT id, version, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship,
               kato, address_text, status, recorded_at, \(reason), \(caller.key), \(caller.body), \(moment)
        FROM person WHERE id = \(id)
        """
    }
}
