/// The code of a licence kind in the catalogue, such as `advocate`.
public struct LicenceKindCode: Slug {
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
    public static var schema: JSONSchema { slugSchema("Code of a licence kind.") }
    public static var example: JSONValue { "advocate" }
}

extension Licences {
    public struct KindsQuery: Codable, Sendable, Hashable, Noted {
        /// Kinds in force on that day; today when not given.
        public var on: LocalDate?

        public init(on: LocalDate? = nil) { self.on = on }

        public static let notes = ["on": "Kinds in force on that day; today when not given."]
    }

    public struct Kinds: Codable, Sendable, Hashable {
        public var on: LocalDate
        public var kinds: [Kind]

        public init(on: LocalDate, kinds: [Kind]) {
            self.on = on
            self.kinds = kinds
        }
    }

    /// Who may hold a licence of a kind.
    public enum Holder: String, Codable, Sendable, Hashable, CaseIterable {
        case person, entity, any
    }

    /// A state body as people know it.
    public struct Licensor: Codable, Sendable, Hashable {
        public var body: BodyCode
        public var title: LocalizedText

        public init(body: BodyCode, title: LocalizedText) {
            self.body = body
            self.title = title
        }
    }

    /// One licence kind as the law has it on a day.
    public struct Kind: Codable, Sendable, Hashable, Noted {
        public var code: LicenceKindCode
        public var title: LocalizedText
        public var licensor: Licensor
        public var holder: Holder
        /// Thousandths of the monthly calculation index.
        public var feeMilliMRP: Int
        public var fee: Money?
        public var workingDays: Int
        public var silenceGrants: Bool
        /// Names of the fields above that no source establishes.
        public var assumed: [String]
        /// The act that the kind comes from.
        public var source: String
        public var inForceFrom: LocalDate
        public var inForceUntil: LocalDate?

        public init(
            code: LicenceKindCode, title: LocalizedText, licensor: Licensor, holder: Holder, feeMilliMRP: Int, fee: Money?,
            workingDays: Int, silenceGrants: Bool, assumed: [String], source: String, inForceFrom: LocalDate,
            inForceUntil: LocalDate?
        ) {
            self.code = code
            self.title = title
            self.licensor = licensor
            self.holder = holder
            self.feeMilliMRP = feeMilliMRP
            self.fee = fee
            self.workingDays = workingDays
            self.silenceGrants = silenceGrants
            self.assumed = assumed
            self.source = source
            self.inForceFrom = inForceFrom
            self.inForceUntil = inForceUntil
        }

        public static let notes = [
            "feeMilliMRP": "The fee in thousandths of the monthly calculation index (MCI).",
            "fee": "The fee in tenge on that day, where the index is known.",
            "workingDays": "Working days within which it must be decided.",
            "silenceGrants": "Whether the licence is deemed issued when the deadline passes undecided (art. 26).",
            "assumed": "Names of fields here that no source establishes.", "source": "The act that the kind comes from.",
        ]
    }
}

/// Why a licence is refused: the grounds of art. 32 of the law on permits.
public enum RefusalGround: String, Codable, Sendable, Hashable, CaseIterable {
    case activityForbidden = "activity-forbidden"
    case feeUnpaid = "fee-unpaid"
    case qualificationNotMet = "qualification-not-met"
    case coordinationNegative = "coordination-negative"
    case courtBan = "court-ban"
    case bailiffBan = "bailiff-ban"
    case falseDocuments = "false-documents"

    public static let citation = "Law of 16.05.2014 No. 202-V, art. 32"

    public var text: LocalizedText {
        switch self {
        case .activityForbidden:
            LocalizedText(
                kk: "тұлғалардың осы санаты үшін қызметпен айналысуға тыйым салынған",
                ru: "деятельность запрещена для данной категории лиц", en: "the activity is forbidden to such persons")
        case .feeUnpaid:
            LocalizedText(kk: "лицензиялық алым төленбеген", ru: "лицензионный сбор не уплачен", en: "the licence fee is not paid")
        case .qualificationNotMet:
            LocalizedText(
                kk: "өтініш беруші біліктілік талаптарына сай келмейді",
                ru: "заявитель не соответствует квалификационным требованиям",
                en: "the applicant does not meet the qualification requirements")
        case .coordinationNegative:
            LocalizedText(
                kk: "келісуші мемлекеттік орган теріс жауап берген", ru: "получен отрицательный ответ согласующего органа",
                en: "a coordinating body answered in the negative")
        case .courtBan:
            LocalizedText(
                kk: "соттың тыйым салу туралы шешімі бар", ru: "имеется запрет суда", en: "a court has forbidden it")
        case .bailiffBan:
            LocalizedText(
                kk: "сот орындаушысы лицензия беруге тыйым салған", ru: "имеется запрет судебного исполнителя",
                en: "a bailiff has forbidden it")
        case .falseDocuments:
            LocalizedText(
                kk: "ұсынылған құжаттардың анық еместігі анықталған", ru: "установлена недостоверность представленных документов",
                en: "documents were found to be false")
        }
    }
}
