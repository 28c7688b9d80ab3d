public import FoundationEssentials

/// A person was entered into the register.
public struct PersonRecorded: Event, Hashable {
    public var person: UUID
    public var version: Int
    public var at: Timestamp

    public init(person: UUID, version: Int, at: Timestamp) {
        self.person = person
        self.version = version
        self.at = at
    }

    public static let type = "kz.egov.natural-persons.person-recorded.v1"
    public static let topic = Persons.personTopic
    public static let summary = "A person was entered into the register."
    public var key: String { person.text }
}

/// A person's record was corrected; which fields, but not what they say.
public struct PersonCorrected: Event, Hashable {
    public var person: UUID
    public var version: Int
    public var fields: [PersonField]
    public var at: Timestamp

    public init(person: UUID, version: Int, fields: [PersonField], at: Timestamp) {
        self.person = person
        self.version = version
        self.fields = fields
        self.at = at
    }

    public static let type = "kz.egov.natural-persons.person-corrected.v1"
    public static let topic = Persons.personTopic
    public static let summary = "A person's record was corrected."
    public var key: String { person.text }
}
