/// A text that names something and cannot hold a bad value. Postgres and JSON need its raw value only.
public protocol Identifier: RawRepresentable, Codable, Hashable, Sendable, CustomStringConvertible, Comparable, SchemaLeaf
where RawValue == String {
    /// Throws an error that says which check failed.
    init(_ text: String) throws(IdentifierError)
}

extension Identifier {
    public init?(rawValue: String) {
        do throws(IdentifierError) { self = try Self(rawValue) } catch { return nil }
    }

    public init(from decoder: any Decoder) throws {
        try self.init(decoder.singleValueContainer().decode(String.self))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    public var description: String { rawValue }

    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// Why a text is not a good identifier.
public struct IdentifierError: ValueFault, Hashable, CustomStringConvertible {
    /// What the text should have been.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        case iin, bin, kato, addressCode = "address-code", cadastralNumber = "cadastral-number"
        case licenceNumber = "licence-number", iban, caseID = "case-id", slug, legalBasis = "legal-basis", text
        case name
    }

    public enum Check: Sendable, Hashable {
        /// Another number of characters than it has.
        case length(expected: ClosedRange<Int>, found: Int)
        /// A character that cannot stand in it.
        case characters
        /// The check digits do not agree with the rest.
        case checkDigit
        /// No check digit exists for this serial, so it was never given out.
        case neverIssued
        /// The date inside is no day (or month) of the calendar.
        case date
        /// The digit of century and sex, or of the kind of legal entity, has a value that does not occur.
        case kindDigit
        /// Parts are not where they should be.
        case form(example: String)
        /// Nothing but blanks.
        case blank
    }

    public let kind: Kind
    public let check: Check

    public init(_ kind: Kind, _ check: Check) {
        self.kind = kind
        self.check = check
    }

    /// Such as `iin-check-digit`.
    public var rule: String {
        let name =
            switch check {
            case .length: "length"
            case .characters: "characters"
            case .checkDigit: "check-digit"
            case .neverIssued: "never-issued"
            case .date: "date"
            case .kindDigit: "kind-digit"
            case .form: "form"
            case .blank: "blank"
            }
        return "\(kind.rawValue)-\(name)"
    }

    public var description: String { text.en }

    public var text: LocalizedText {
        let name = kind.name
        switch check {
        case .length(let expected, let found):
            let range = expected.count == 1 ? "\(expected.lowerBound)" : "\(expected.lowerBound)–\(expected.upperBound)"
            return LocalizedText(
                kk: "\(name.kk): таңбалар саны \(range) болуға тиіс, ал берілгені — \(found)",
                ru: "\(name.ru): число знаков должно быть \(range), а получено \(found)",
                en: "\(name.en): must have \(range) characters, not \(found)")
        case .characters:
            return LocalizedText(
                kk: "\(name.kk): рұқсат етілмеген таңба бар", ru: "\(name.ru): есть недопустимый символ",
                en: "\(name.en): has a character that is not allowed")
        case .checkDigit:
            return LocalizedText(
                kk: "\(name.kk): бақылау разряды сәйкес келмейді, нөмірдің дұрыс терілгенін тексеріңіз",
                ru: "\(name.ru): не сходится контрольный разряд, проверьте, верно ли набран номер",
                en: "\(name.en): the check digit does not agree, please see whether the number is typed correctly")
        case .neverIssued:
            return LocalizedText(
                kk: "\(name.kk): мұндай нөмір берілмейді", ru: "\(name.ru): такой номер не выдаётся",
                en: "\(name.en): such a number is never given out")
        case .date:
            return LocalizedText(
                kk: "\(name.kk): ішіндегі күн күнтізбеде жоқ", ru: "\(name.ru): содержит несуществующую дату",
                en: "\(name.en): the date in it does not exist")
        case .kindDigit:
            return LocalizedText(
                kk: "\(name.kk): түрін білдіретін цифр дұрыс емес", ru: "\(name.ru): неверна цифра, обозначающая вид",
                en: "\(name.en): the digit that tells its kind is wrong")
        case .form(let example):
            return LocalizedText(
                kk: "\(name.kk): «\(example)» үлгісінде жазылуға тиіс", ru: "\(name.ru): нужен вид «\(example)»",
                en: "\(name.en): must look like “\(example)”")
        case .blank:
            return LocalizedText(
                kk: "\(name.kk): бос болмауға тиіс", ru: "\(name.ru): не должно быть пустым", en: "\(name.en): must not be blank")
        }
    }
}

extension IdentifierError.Kind {
    /// What people call it.
    public var name: LocalizedText {
        switch self {
        case .iin: LocalizedText(kk: "ЖСН", ru: "ИИН", en: "IIN")
        case .bin: LocalizedText(kk: "БСН", ru: "БИН", en: "BIN")
        case .kato: LocalizedText(kk: "ӘАОЖ коды", ru: "код КАТО", en: "KATO code")
        case .addressCode: LocalizedText(kk: "мекенжайдың тіркеу коды", ru: "регистрационный код адреса", en: "address code")
        case .cadastralNumber: LocalizedText(kk: "кадастрлық нөмір", ru: "кадастровый номер", en: "cadastral number")
        case .licenceNumber:
            LocalizedText(
                kk: "лицензия немесе өтініш нөмірі", ru: "номер лицензии или заявления", en: "number of a licence or application")
        case .iban: LocalizedText(kk: "жеке сәйкестендіру коды (IBAN)", ru: "ИИК (IBAN)", en: "IBAN")
        case .caseID: LocalizedText(kk: "іс нөмірі", ru: "номер дела", en: "case number")
        case .slug: LocalizedText(kk: "код", ru: "код", en: "code")
        case .legalBasis: LocalizedText(kk: "құқықтық негіз", ru: "правовое основание", en: "legal basis")
        case .text: LocalizedText(kk: "мәтін", ru: "текст", en: "text")
        case .name: LocalizedText(kk: "аты-жөні", ru: "имя", en: "name")
        }
    }
}
