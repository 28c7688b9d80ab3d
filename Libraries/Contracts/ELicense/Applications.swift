public import FoundationEssentials

/// Where an application stands.
///
/// registered → underReview → issued | refused | deemedIssued; withdrawn from either of the first two.
public enum ApplicationStatus: String, Codable, Sendable, Hashable, CaseIterable {
    /// Accepted, with its number; completeness is open and the register's facts are awaited.
    case registered
    /// The file is complete and an official may decide.
    case underReview = "under-review"
    case issued
    case refused
    /// The deadline passed without a decision, and silence grants (art. 26).
    case deemedIssued = "deemed-issued"
    case withdrawn
    /// Reserved: between submission and registration once payments are joined. No application is in it before that.
    case awaitingPayment = "awaiting-payment"

    /// Whether nothing can happen to it any more.
    public var isFinal: Bool {
        switch self {
        case .awaitingPayment, .registered, .underReview: false
        case .issued, .refused, .deemedIssued, .withdrawn: true
        }
    }

    public var text: LocalizedText {
        switch self {
        case .awaitingPayment: LocalizedText(kk: "төлем күтілуде", ru: "ожидает оплаты", en: "awaiting payment")
        case .registered: LocalizedText(kk: "тіркелді", ru: "зарегистрировано", en: "registered")
        case .underReview: LocalizedText(kk: "қаралуда", ru: "на рассмотрении", en: "under review")
        case .issued: LocalizedText(kk: "лицензия берілді", ru: "лицензия выдана", en: "licence issued")
        case .refused: LocalizedText(kk: "бас тартылды", ru: "отказано", en: "refused")
        case .deemedIssued:
            LocalizedText(kk: "лицензия берілген болып есептеледі", ru: "лицензия считается выданной", en: "licence deemed issued")
        case .withdrawn: LocalizedText(kk: "кері қайтарып алынды", ru: "отозвано", en: "withdrawn")
        }
    }
}

extension Licences {
    public struct Submission: Codable, Sendable, Hashable, Noted {
        public var kind: LicenceKindCode
        /// In which answers and the licence are written.
        public var language: Language
        /// Where to write to, when it is not the registered address.
        public var contact: Address?

        public init(kind: LicenceKindCode, language: Language, contact: Address? = nil) {
            self.kind = kind
            self.language = language
            self.contact = contact
        }

        public static let notes = [
            "language": "In which answers and the licence are written.",
            "contact": "Where to write to, when it is not the registered address.",
        ]
    }

    /// By when it must be decided, and how that follows from the law.
    public struct Deadline: Codable, Sendable, Hashable, Noted {
        /// One step of the derivation.
        public struct Step: Codable, Sendable, Hashable {
            public var date: LocalDate
            public var text: LocalizedText
            public var citation: String?

            public init(date: LocalDate, text: LocalizedText, citation: String? = nil) {
                self.date = date
                self.text = text
                self.citation = citation
            }
        }

        public let date: LocalDate
        public let at: Timestamp
        public let silenceGrants: Bool
        public let steps: [Step]
        /// All that apply for a kind on one day get the same, and it is half a page.
        private let written = WrittenOnce()

        private enum CodingKeys: CodingKey { case date, at, silenceGrants, steps }

        public init(date: LocalDate, at: Timestamp, silenceGrants: Bool, steps: [Step]) {
            self.date = date
            self.at = at
            self.silenceGrants = silenceGrants
            self.steps = steps
        }

        public func encode(to encoder: any Encoder) throws {
            try written.encode(to: encoder) { encoder in
                var members = encoder.container(keyedBy: CodingKeys.self)
                try members.encode(date, forKey: .date)
                try members.encode(at, forKey: .at)
                try members.encode(silenceGrants, forKey: .silenceGrants)
                try members.encode(steps, forKey: .steps)
            }
        }

        public static let notes = [
            "date": "The last local day.", "at": "The moment at which that day ends.",
            "silenceGrants": "Whether the licence is deemed issued when nobody decides until then.",
            "steps": "How the day was derived.",
        ]
    }

    /// The answer to a submission: what was accepted is on disk.
    public struct Receipt: Codable, Sendable, Hashable {
        public var id: UUID
        public var number: LicenceNumber
        public var status: ApplicationStatus
        public var submittedAt: Timestamp
        public var deadline: Deadline

        public init(id: UUID, number: LicenceNumber, status: ApplicationStatus, submittedAt: Timestamp, deadline: Deadline) {
            self.id = id
            self.number = number
            self.status = status
            self.submittedAt = submittedAt
            self.deadline = deadline
        }
    }

    public struct Withdrawal: Codable, Sendable, Hashable {
        public var number: LicenceNumber
        public var reason: LongText?

        public init(number: LicenceNumber, reason: LongText? = nil) {
            self.number = number
            self.reason = reason
        }
    }

    public enum Outcome: String, Codable, Sendable, Hashable, CaseIterable {
        case refuse, issue
    }

    /// A refusal needs a ground of art. 32 and its reasoning; the domain sees to that.
    public struct Decision: Codable, Sendable, Hashable, Noted {
        public var number: LicenceNumber
        public var outcome: Outcome
        public var ground: RefusalGround?
        public var reasoning: LongText?

        public init(number: LicenceNumber, outcome: Outcome, ground: RefusalGround? = nil, reasoning: LongText? = nil) {
            self.number = number
            self.outcome = outcome
            self.ground = ground
            self.reasoning = reasoning
        }

        public static let notes = [
            "ground": "With a refusal: the ground of art. 32.", "reasoning": "With a refusal: why the ground applies.",
        ]
    }

    /// Where an application stands after what was just done.
    public struct StatusAnswer: Codable, Sendable, Hashable, Noted {
        public var number: LicenceNumber
        public var status: ApplicationStatus
        public var licence: LicenceNumber?
        public var at: Timestamp

        public init(number: LicenceNumber, status: ApplicationStatus, licence: LicenceNumber? = nil, at: Timestamp) {
            self.number = number
            self.status = status
            self.licence = licence
            self.at = at
        }

        public static let notes = ["licence": "The licence, once it is issued."]
    }
}
