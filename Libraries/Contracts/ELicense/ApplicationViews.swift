public import FoundationEssentials

extension Licences {
    public struct ApplicationQuery: Codable, Sendable, Hashable {
        public var number: LicenceNumber

        public init(number: LicenceNumber) { self.number = number }
    }

    /// A line of the applicant's own list.
    public struct Summary: Codable, Sendable, Hashable {
        public var number: LicenceNumber
        public var kind: LicenceKindCode
        public var title: LocalizedText
        public var status: ApplicationStatus
        public var submittedAt: Timestamp
        public var deadline: LocalDate
        public var licence: LicenceNumber?

        public init(
            number: LicenceNumber, kind: LicenceKindCode, title: LocalizedText, status: ApplicationStatus,
            submittedAt: Timestamp, deadline: LocalDate, licence: LicenceNumber? = nil
        ) {
            self.number = number
            self.kind = kind
            self.title = title
            self.status = status
            self.submittedAt = submittedAt
            self.deadline = deadline
            self.licence = licence
        }
    }

    /// A line of the officials' queue.
    public struct QueueItem: Codable, Sendable, Hashable, Noted {
        public var number: LicenceNumber
        public var kind: LicenceKindCode
        public var title: LocalizedText
        public var status: ApplicationStatus
        public var submittedAt: Timestamp
        public var deadline: LocalDate
        /// The applicant's name, once the register has answered.
        public var applicant: PersonName?
        /// Whether the register's answer is later than it should be.
        public var factsLate: Bool

        public init(
            number: LicenceNumber, kind: LicenceKindCode, title: LocalizedText, status: ApplicationStatus,
            submittedAt: Timestamp, deadline: LocalDate, applicant: PersonName?, factsLate: Bool
        ) {
            self.number = number
            self.kind = kind
            self.title = title
            self.status = status
            self.submittedAt = submittedAt
            self.deadline = deadline
            self.applicant = applicant
            self.factsLate = factsLate
        }

        public static let notes = [
            "applicant": "The applicant's name, once the register has answered.",
            "factsLate": "Whether the register's answer is later than it should be.",
        ]
    }

    /// What was decided, by whom and why.
    public struct DecisionView: Codable, Sendable, Hashable, Noted {
        public var status: ApplicationStatus
        public var at: Timestamp
        public var body: BodyCode?
        public var ground: RefusalGround?
        public var groundText: LocalizedText?
        public var reasoning: LongText?
        public var citation: String?

        public init(
            status: ApplicationStatus, at: Timestamp, body: BodyCode? = nil, ground: RefusalGround? = nil,
            reasoning: LongText? = nil, citation: String? = nil
        ) {
            self.status = status
            self.at = at
            self.body = body
            self.ground = ground
            self.groundText = ground?.text
            self.reasoning = reasoning
            self.citation = citation
        }

        public static let notes = ["body": "The deciding body; none where the law itself decided by silence."]
    }

    /// One step of an application's life.
    public struct HistoryItem: Codable, Sendable, Hashable {
        public var at: Timestamp
        public var status: ApplicationStatus
        public var text: LocalizedText?

        public init(at: Timestamp, status: ApplicationStatus, text: LocalizedText? = nil) {
            self.at = at
            self.status = status
            self.text = text
        }
    }

    /// What the register of natural persons said about the applicant.
    public struct Facts: Codable, Sendable, Hashable, Noted {
        public var askedAt: Timestamp
        public var answeredAt: Timestamp?
        public var isLate: Bool
        public var extract: Persons.Extract?
        public var refusal: Refusal?

        public init(
            askedAt: Timestamp, answeredAt: Timestamp? = nil, isLate: Bool = false, extract: Persons.Extract? = nil,
            refusal: Refusal? = nil
        ) {
            self.askedAt = askedAt
            self.answeredAt = answeredAt
            self.isLate = isLate
            self.extract = extract
            self.refusal = refusal
        }

        public static let notes = ["isLate": "Whether the answer is later than it should be.", "refusal": "Why the register gave no extract."]
    }

    /// An application with its file.
    public struct Application: Codable, Sendable, Hashable, Versioned {
        public var id: UUID
        public var number: LicenceNumber
        public var `case`: CaseID
        public var kind: LicenceKindCode
        public var title: LocalizedText
        public var licensor: Licensor
        public var status: ApplicationStatus
        public var language: Language
        public var applicant: IIN
        public var contact: Address?
        public var submittedAt: Timestamp
        public var deadline: Deadline
        public var facts: Facts?
        public var decision: DecisionView?
        public var licence: LicenceNumber?
        public var history: [HistoryItem]
        public var version: Int

        public init(
            id: UUID, number: LicenceNumber, case: CaseID, kind: LicenceKindCode, title: LocalizedText, licensor: Licensor,
            status: ApplicationStatus, language: Language, applicant: IIN, contact: Address?, submittedAt: Timestamp,
            deadline: Deadline, facts: Facts?, decision: DecisionView?, licence: LicenceNumber?, history: [HistoryItem],
            version: Int
        ) {
            self.id = id
            self.number = number
            self.case = `case`
            self.kind = kind
            self.title = title
            self.licensor = licensor
            self.status = status
            self.language = language
            self.applicant = applicant
            self.contact = contact
            self.submittedAt = submittedAt
            self.deadline = deadline
            self.facts = facts
            self.decision = decision
            self.licence = licence
            self.history = history
            self.version = version
        }
    }

    public struct LicenceQuery: Codable, Sendable, Hashable {
        public var number: LicenceNumber

        public init(number: LicenceNumber) { self.number = number }
    }

    public enum LicenceStatus: String, Codable, Sendable, Hashable, CaseIterable {
        case active, suspended, terminated

        public var text: LocalizedText {
            switch self {
            case .active: LocalizedText(kk: "қолданыста", ru: "действует", en: "active")
            case .suspended: LocalizedText(kk: "тоқтатыла тұрған", ru: "приостановлена", en: "suspended")
            case .terminated: LocalizedText(kk: "қолданысы тоқтатылған", ru: "прекращена", en: "terminated")
            }
        }
    }

    /// What anyone may know of a licence.
    public struct LicenceCheck: Codable, Sendable, Hashable, Noted {
        public var number: LicenceNumber
        public var kind: LicenceKindCode
        public var title: LocalizedText
        public var status: LicenceStatus
        public var issuedOn: LocalDate
        public var licensor: Licensor
        /// None while the register of natural persons has not answered.
        public var holder: PersonName?
        public var deemedIssued: Bool

        public init(
            number: LicenceNumber, kind: LicenceKindCode, title: LocalizedText, status: LicenceStatus, issuedOn: LocalDate,
            licensor: Licensor, holder: PersonName?, deemedIssued: Bool
        ) {
            self.number = number
            self.kind = kind
            self.title = title
            self.status = status
            self.issuedOn = issuedOn
            self.licensor = licensor
            self.holder = holder
            self.deemedIssued = deemedIssued
        }

        public static let notes = [
            "holder": "The holder's name; none while the register of natural persons has not answered.",
            "deemedIssued": "Whether it came by the silence of the licensor (art. 26).",
        ]
    }
}
