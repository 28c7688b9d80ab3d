public import FoundationEssentials

/// An application was accepted.
public struct ApplicationSubmitted: Event, Hashable {
    public var application: UUID
    public var number: LicenceNumber
    public var kind: LicenceKindCode
    public var licensor: BodyCode
    public var at: Timestamp
    public var deadline: Timestamp

    public init(application: UUID, number: LicenceNumber, kind: LicenceKindCode, licensor: BodyCode, at: Timestamp, deadline: Timestamp) {
        self.application = application
        self.number = number
        self.kind = kind
        self.licensor = licensor
        self.at = at
        self.deadline = deadline
    }

    public static let type = "kz.egov.e-license.application-submitted.v1"
    public static let topic = Licences.applicationTopic
    public static let summary = "An application was accepted."
    public var key: String { application.text }
}

/// An application was decided: by an official, or by the law where silence grants.
public struct ApplicationDecided: Event, Hashable {
    public enum Outcome: String, Codable, Sendable, Hashable, CaseIterable {
        case issued, refused, deemedIssued = "deemed-issued"
    }

    public var application: UUID
    public var number: LicenceNumber
    public var outcome: Outcome
    public var ground: RefusalGround?
    public var at: Timestamp

    public init(application: UUID, number: LicenceNumber, outcome: Outcome, ground: RefusalGround? = nil, at: Timestamp) {
        self.application = application
        self.number = number
        self.outcome = outcome
        self.ground = ground
        self.at = at
    }

    public static let type = "kz.egov.e-license.application-decided.v1"
    public static let topic = Licences.applicationTopic
    public static let summary = "An application was decided, by an official or by the silence of the licensor."
    public var key: String { application.text }
}

/// A licence entered the register.
public struct LicenceIssued: Event, Hashable {
    public var application: UUID
    public var licence: LicenceNumber
    public var kind: LicenceKindCode
    public var licensor: BodyCode
    public var issuedOn: LocalDate
    public var at: Timestamp

    public init(application: UUID, licence: LicenceNumber, kind: LicenceKindCode, licensor: BodyCode, issuedOn: LocalDate, at: Timestamp) {
        self.application = application
        self.licence = licence
        self.kind = kind
        self.licensor = licensor
        self.issuedOn = issuedOn
        self.at = at
    }

    public static let type = "kz.egov.e-license.licence-issued.v1"
    public static let topic = Licences.applicationTopic
    public static let summary = "A licence entered the register."
    public var key: String { application.text }
}

/// The applicant took the application back.
public struct ApplicationWithdrawn: Event, Hashable {
    public var application: UUID
    public var number: LicenceNumber
    public var at: Timestamp

    public init(application: UUID, number: LicenceNumber, at: Timestamp) {
        self.application = application
        self.number = number
        self.at = at
    }

    public static let type = "kz.egov.e-license.application-withdrawn.v1"
    public static let topic = Licences.applicationTopic
    public static let summary = "The applicant took the application back."
    public var key: String { application.text }
}
