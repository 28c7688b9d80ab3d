/// A field of a person in a file: by its column in CSV, by its place in an object of JSON Lines.
enum PersonColumn: String, CaseIterable, Sendable {
    case iin
    case surnameKk = "surname_kk", givenKk = "given_kk", patronymicKk = "patronymic_kk"
    case surnameRu = "surname_ru", givenRu = "given_ru", patronymicRu = "patronymic_ru"
    case sex, birthDate = "birth_date", citizenship, kato, address, status

    /// Whether a CSV file may leave the column out.
    var isOptional: Bool {
        switch self {
        case .patronymicKk, .patronymicRu, .kato, .address, .status: true
        default: false
        }
    }

    /// JSON pointer (RFC 6901) in an object of a JSON Lines file.
    var pointer: String {
        switch self {
        case .iin: "/iin"
        case .surnameKk: "/name/kk/surname"
        case .givenKk: "/name/kk/given"
        case .patronymicKk: "/name/kk/patronymic"
        case .surnameRu: "/name/ru/surname"
        case .givenRu: "/name/ru/given"
        case .patronymicRu: "/name/ru/patronymic"
        case .sex: "/sex"
        case .birthDate: "/birthDate"
        case .citizenship: "/citizenship"
        case .kato: "/address/kato"
        case .address: "/address/text"
        case .status: "/status"
        }
    }

    static let byPointer: [String: PersonColumn] = Dictionary(uniqueKeysWithValues: allCases.map { ($0.pointer, $0) })
}

/// The fields of a person as a file has them, none checked yet.
struct PersonFields: Sendable {
    private var values = [String?](repeating: nil, count: PersonColumn.allCases.count)

    subscript(column: PersonColumn) -> String? {
        get { values[column.index] }
        set { values[column.index] = newValue }
    }
}

extension PersonColumn {
    fileprivate var index: Int {
        switch self {
        case .iin: 0
        case .surnameKk: 1
        case .givenKk: 2
        case .patronymicKk: 3
        case .surnameRu: 4
        case .givenRu: 5
        case .patronymicRu: 6
        case .sex: 7
        case .birthDate: 8
        case .citizenship: 9
        case .kato: 10
        case .address: 11
        case .status: 12
        }
    }
}

/// Why a row does not go in.
struct RowFault: Error, Hashable {
    /// The column, or the JSON pointer; nil for the row as a whole.
    var field: String?
    /// Stable, kebab case.
    var rule: String
    var reason: String
}
