public import FoundationEssentials

/// The fields of a person's record that a basis can open.
public enum PersonField: String, Codable, Sendable, Hashable, CaseIterable {
    case name, birthDate, sex, citizenship, address, status

    /// All of them, as the journal writes them.
    public static let names = allCases.map(\.rawValue)
}

/// A country by its two letters (ISO 3166-1).
public struct CountryCode: Identifier {
    public let rawValue: String

    public init(_ text: String) throws(IdentifierError) {
        guard text.utf8.count == 2, text.utf8.allSatisfy(Checks.isCapital) else { throw IdentifierError(.slug, .form(example: "KZ")) }
        rawValue = text
    }

    public static var schema: JSONSchema { .string(pattern: "^[A-Z]{2}$", "A country by its two letters (ISO 3166-1).") }
    public static var example: JSONValue { "KZ" }
}

/// Where somebody lives: the administrative unit, and the rest as text.
public struct Address: Codable, Sendable, Hashable, Noted {
    public var kato: KATOCode
    public var text: ShortText

    public init(kato: KATOCode, text: ShortText) {
        self.kato = kato
        self.text = text
    }

    public static let notes = ["text": "Street, house and flat."]
}

extension Persons {
    public enum Status: String, Codable, Sendable, Hashable, CaseIterable {
        case alive, deceased
    }

    /// What the register holds of a person.
    public struct Record: Codable, Sendable, Hashable, Versioned, Noted {
        /// The register's own id of the person, by which events speak of them.
        public var id: UUID
        public var iin: IIN
        public var name: PersonName
        public var sex: Sex
        public var birthDate: LocalDate
        public var citizenship: CountryCode
        public var address: Address?
        public var status: Status
        public var version: Int

        public init(
            id: UUID, iin: IIN, name: PersonName, sex: Sex, birthDate: LocalDate, citizenship: CountryCode, address: Address?,
            status: Status, version: Int
        ) {
            self.id = id
            self.iin = iin
            self.name = name
            self.sex = sex
            self.birthDate = birthDate
            self.citizenship = citizenship
            self.address = address
            self.status = status
            self.version = version
        }

        public static let notes = ["id": "The register's own id of the person.", "version": "Up by one with every correction."]
    }

    public struct NewPerson: Codable, Sendable, Hashable {
        public var iin: IIN
        public var name: PersonName
        public var sex: Sex
        public var birthDate: LocalDate
        public var citizenship: CountryCode
        public var address: Address?

        public init(iin: IIN, name: PersonName, sex: Sex, birthDate: LocalDate, citizenship: CountryCode, address: Address? = nil) {
            self.iin = iin
            self.name = name
            self.sex = sex
            self.birthDate = birthDate
            self.citizenship = citizenship
            self.address = address
        }
    }

    /// The record as it should stand afterwards, and why. The number itself is never corrected.
    public struct Correction: Codable, Sendable, Hashable, Noted {
        public var iin: IIN
        public var version: Int
        public var name: PersonName
        public var sex: Sex
        public var birthDate: LocalDate
        public var citizenship: CountryCode
        public var address: Address?
        public var status: Status
        public var reason: LongText

        public init(
            iin: IIN, version: Int, name: PersonName, sex: Sex, birthDate: LocalDate, citizenship: CountryCode,
            address: Address?, status: Status, reason: LongText
        ) {
            self.iin = iin
            self.version = version
            self.name = name
            self.sex = sex
            self.birthDate = birthDate
            self.citizenship = citizenship
            self.address = address
            self.status = status
            self.reason = reason
        }

        public static let notes = ["reason": "Why the record is corrected; it is kept.", "version": "The version that was read."]
    }

    public struct PersonQuery: Codable, Sendable, Hashable, Noted {
        public var iin: IIN
        public var `case`: CaseID
        public var basis: LegalBasis

        public init(iin: IIN, case: CaseID, basis: LegalBasis) {
            self.iin = iin
            self.case = `case`
            self.basis = basis
        }

        public static let notes = [
            "case": "The case for which the record is needed.", "basis": "The rule of law that allows the reading.",
        ]
    }

    /// The question of the inquiry `person-extract`; which fields it wants stands in the inquiry's claims.
    public struct ExtractRequest: Codable, Sendable, Hashable {
        public var iin: IIN

        public init(iin: IIN) { self.iin = iin }
    }

    /// The part of a record that a basis opens; a field that it does not open is not there.
    public struct Extract: Codable, Sendable, Hashable {
        public var iin: IIN
        public var name: PersonName?
        public var birthDate: LocalDate?
        public var sex: Sex?
        public var citizenship: CountryCode?
        public var address: Address?
        public var status: Status?

        public init(
            iin: IIN, name: PersonName? = nil, birthDate: LocalDate? = nil, sex: Sex? = nil, citizenship: CountryCode? = nil,
            address: Address? = nil, status: Status? = nil
        ) {
            self.iin = iin
            self.name = name
            self.birthDate = birthDate
            self.sex = sex
            self.citizenship = citizenship
            self.address = address
            self.status = status
        }

        /// What a set of fields opens of a record.
        public init(_ record: Record, _ fields: Set<PersonField>) {
            self.init(
                iin: record.iin, name: fields.contains(.name) ? record.name : nil,
                birthDate: fields.contains(.birthDate) ? record.birthDate : nil, sex: fields.contains(.sex) ? record.sex : nil,
                citizenship: fields.contains(.citizenship) ? record.citizenship : nil,
                address: fields.contains(.address) ? record.address : nil,
                status: fields.contains(.status) ? record.status : nil)
        }
    }
}
