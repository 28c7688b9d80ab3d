/// Why well-formed JSON, or the parameters of a request, do not fit the contract: the place and what would fit.
public struct ContractError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// A required field is not there.
        case missing
        /// A field stands there that the contract does not know.
        case unknown
        case wrongType(expected: JSONKind, found: JSONKind)
        /// An integer beyond what its field can hold.
        case outOfRange(least: String, greatest: String)
        /// Null where a field may be left out.
        case isNull
        /// Not one of the words that may stand there.
        case notOneOf([String])
        /// The right kind of value, but not a good one; the rule is the stable name of the check that failed.
        case badValue(rule: String, text: LocalizedText)
    }

    /// Where, as a JSON pointer (RFC 6901) into the body, or `/name` of a parameter. Empty for the whole.
    public let pointer: String
    public let kind: Kind

    public init(pointer: String, kind: Kind) {
        self.pointer = pointer
        self.kind = kind
    }

    /// The stable name of the failed check, as problem documents carry it.
    public var rule: String {
        switch kind {
        case .missing: "field-missing"
        case .unknown: "field-unknown"
        case .wrongType: "field-type"
        case .outOfRange: "number-range"
        case .isNull: "field-null"
        case .notOneOf: "value-not-allowed"
        case .badValue(let rule, _): rule
        }
    }

    /// A cursor that no page has given out.
    public static let badCursor = ContractError(
        pointer: "/cursor",
        kind: .badValue(
            rule: "cursor",
            text: LocalizedText(
                kk: "алдыңғы беттің «next» мәні болуға тиіс", ru: "нужно значение «next» предыдущей страницы",
                en: "must be the \"next\" of a page before")))

    /// What should stand there, in English.
    public var expected: String {
        switch kind {
        case .missing: "a value"
        case .unknown: "no such field"
        case .wrongType(let expected, _): expected.text.en
        case .outOfRange(let least, let greatest): "an integer from \(least) to \(greatest)"
        case .isNull: "a value, or no such field"
        case .notOneOf(let words): "one of: \(words.joined(separator: ", "))"
        case .badValue(_, let text): text.en
        }
    }

    /// What stands there, as a kind: never the value itself, which may be somebody's.
    public var found: String {
        switch kind {
        case .missing: "nothing"
        case .unknown: "a field"
        case .wrongType(_, let found): found.text.en
        case .outOfRange: "a number"
        case .isNull: "null"
        case .notOneOf: "another word"
        case .badValue: "a value that fails the check"
        }
    }

    /// What is wrong, for whoever sent it.
    public var text: LocalizedText {
        switch kind {
        case .missing:
            LocalizedText(kk: "міндетті өріс берілмеген", ru: "обязательное поле не указано", en: "this field is required")
        case .unknown:
            LocalizedText(kk: "мұндай өріс жоқ", ru: "такого поля нет", en: "there is no such field")
        case .wrongType(let expected, let found):
            LocalizedText(
                kk: "күтілгені — \(expected.text.kk), берілгені — \(found.text.kk)",
                ru: "ожидалось: \(expected.text.ru), получено: \(found.text.ru)",
                en: "expected \(expected.text.en), found \(found.text.en)")
        case .outOfRange(let least, let greatest):
            LocalizedText(
                kk: "сан мына аралықта болуға тиіс: \(least) … \(greatest)", ru: "число должно быть от \(least) до \(greatest)",
                en: "the number must be from \(least) to \(greatest)")
        case .isNull:
            LocalizedText(
                kk: "null болмауға тиіс: мәні жоқ өріс берілмейді", ru: "null не допускается: поле без значения не указывается",
                en: "must not be null: a field without a value is left out")
        case .notOneOf(let words):
            LocalizedText(
                kk: "мына мәндердің бірі болуға тиіс: \(words.joined(separator: ", "))",
                ru: "допустимы только значения: \(words.joined(separator: ", "))",
                en: "must be one of: \(words.joined(separator: ", "))")
        case .badValue(_, let text): text
        }
    }

    public var description: String { "\(pointer.isEmpty ? "the whole" : pointer): \(text.en)" }
}

/// The kinds of value that a field may want, with their names for people.
public enum JSONKind: Sendable, Hashable {
    case null, boolean, integer, number, string, array, object, several

    init(_ value: JSONValue) {
        self =
            switch value {
            case .null: .null
            case .bool: .boolean
            case .number: .number
            case .string: .string
            case .array: .array
            case .object: .object
            }
    }

    public var text: LocalizedText {
        switch self {
        case .null: LocalizedText(kk: "null", ru: "null", en: "null")
        case .boolean: LocalizedText(kk: "логикалық мән", ru: "логическое значение", en: "a boolean")
        case .integer: LocalizedText(kk: "бүтін сан", ru: "целое число", en: "an integer")
        case .number: LocalizedText(kk: "сан", ru: "число", en: "a number")
        case .string: LocalizedText(kk: "жол", ru: "строка", en: "a string")
        case .array: LocalizedText(kk: "массив", ru: "массив", en: "an array")
        case .object: LocalizedText(kk: "объект", ru: "объект", en: "an object")
        case .several: LocalizedText(kk: "бірнеше мән", ru: "несколько значений", en: "several values")
        }
    }
}

/// An error that says in three languages what is wrong with a value, and names the check that failed.
public protocol ValueFault: Error, Sendable {
    /// Stable, kebab case: programs may decide by it.
    var rule: String { get }
    var text: LocalizedText { get }
}

/// The faults of values that are not identifiers.
enum ValueError: ValueFault {
    case date, timestamp, uuid, decimal, notFinite, foreignCoder

    var rule: String {
        switch self {
        case .date: "date-shape"
        case .timestamp: "timestamp-shape"
        case .uuid: "uuid-shape"
        case .decimal: "decimal-range"
        case .notFinite: "number-finite"
        case .foreignCoder: "json-coder"
        }
    }

    var text: LocalizedText {
        switch self {
        case .date:
            LocalizedText(
                kk: "күнтізбеде бар күн 2015-12-01 түрінде жазылуға тиіс", ru: "нужна существующая дата в виде 2015-12-01",
                en: "must be a day of the calendar, written like 2015-12-01")
        case .timestamp:
            LocalizedText(
                kk: "күн мен уақыт 2015-12-01T06:00:00Z түрінде жазылуға тиіс",
                ru: "нужны дата и время в виде 2015-12-01T06:00:00Z",
                en: "must be a date and time, written like 2015-12-01T06:00:00Z")
        case .uuid:
            LocalizedText(kk: "UUID болуға тиіс", ru: "нужен UUID", en: "must be a UUID")
        case .decimal:
            LocalizedText(
                kk: "ондық сан тым ұзын", ru: "десятичное число слишком длинное", en: "the decimal number is too long")
        case .notFinite:
            LocalizedText(kk: "сан тым үлкен", ru: "число слишком велико", en: "the number is too large")
        case .foreignCoder:
            LocalizedText(
                kk: "ішкі қате: бұл өріс басқа құралмен оқылды", ru: "внутренняя ошибка: поле читается чужим средством",
                en: "internal error: this field can be coded by JSON only")
        }
    }
}
