import Contracts
import FoundationEssentials

/// The checks that every row of a mass import passes: those of the contract's types, and the register's rules.
struct RowCheck: Sendable {
    var classifier: KATOIndex
    var today: LocalDate
    /// How a fault calls a field.
    var name: @Sendable (PersonColumn) -> String

    func person(_ fields: PersonFields) throws(RowFault) -> Persons.Record {
        let iin: IIN = try identifier(.iin, fields)
        return Persons.Record(
            id: .v7(), iin: iin,
            name: PersonName(
                kk: try writing(fields, .surnameKk, .givenKk, .patronymicKk), ru: try writing(fields, .surnameRu, .givenRu, .patronymicRu)),
            sex: try word(.sex, fields), birthDate: try date(fields), citizenship: try identifier(.citizenship, fields),
            address: try address(fields), status: fields[.status] == nil ? .alive : try word(.status, fields), version: 1)
    }

    private func writing(
        _ fields: PersonFields, _ surname: PersonColumn, _ given: PersonColumn, _ patronymic: PersonColumn
    ) throws(RowFault) -> PersonName.Writing {
        let surname: NamePart = try identifier(surname, fields)
        let given: NamePart = try identifier(given, fields)
        let patronymic: NamePart? = fields[patronymic] == nil ? nil : try identifier(patronymic, fields)
        return PersonName.Writing(surname: surname, given: given, patronymic: patronymic)
    }

    private func date(_ fields: PersonFields) throws(RowFault) -> LocalDate {
        guard let date = LocalDate(try required(.birthDate, fields)) else {
            throw fault(.birthDate, "date-shape", "must be a day of the calendar, written like 2015-12-01")
        }
        do { try personIsBorn(date, on: today) } catch { throw fault(.birthDate, error.rule, error.text.en) }
        return date
    }

    private func address(_ fields: PersonFields) throws(RowFault) -> Address? {
        guard fields[.kato] != nil || fields[.address] != nil else { return nil }
        let code: KATOCode = try identifier(.kato, fields)
        do { try addressUnitExists(code, classifier.standing(code)) } catch { throw fault(.kato, error.rule, error.text.en) }
        return Address(kato: code, text: try identifier(.address, fields))
    }

    private func required(_ column: PersonColumn, _ fields: PersonFields) throws(RowFault) -> String {
        guard let text = fields[column] else { throw fault(column, "field-missing", "this field is required") }
        return text
    }

    private func identifier<T: Identifier>(_ column: PersonColumn, _ fields: PersonFields) throws(RowFault) -> T {
        let text = try required(column, fields)
        do { return try T(text) } catch { throw fault(column, error.rule, error.text.en) }
    }

    private func word<T: CaseIterable & RawRepresentable>(
        _ column: PersonColumn, _ fields: PersonFields
    ) throws(RowFault) -> T where T.RawValue == String {
        let text = try required(column, fields)
        guard let value = T(rawValue: text) else {
            throw fault(column, "value-not-allowed", "must be one of: \(T.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return value
    }

    private func fault(_ column: PersonColumn, _ rule: String, _ reason: String) -> RowFault {
        RowFault(field: name(column), rule: rule, reason: reason)
    }
}
