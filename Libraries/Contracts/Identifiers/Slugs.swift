/// Words in kebab case: small Latin letters and digits in groups joined by single hyphens, 2 to 60 characters.
public protocol Slug: Identifier, ExpressibleByStringLiteral where StringLiteralType == String {
    init(checked rawValue: String)
}

extension Slug {
    public init(_ text: String) throws(IdentifierError) {
        guard (2...60).contains(text.utf8.count) else {
            throw IdentifierError(.slug, .length(expected: 2...60, found: text.count))
        }
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.allSatisfy({ !$0.isEmpty && $0.allSatisfy { Checks.isDigit($0) || (0x61...0x7A).contains($0) } }),
            text.utf8.first.map({ !Checks.isDigit($0) }) ?? false
        else { throw IdentifierError(.slug, .form(example: "e-license")) }
        self.init(checked: text)
    }

    /// A name in the source; a bad one stops the program at its first use.
    public init(stringLiteral value: String) {
        let good = Self(rawValue: value) != nil
        precondition(good, "“\(value)” is no name in kebab case")
        self.init(checked: value)
    }

    static func slugSchema(_ description: String) -> JSONSchema {
        JSONSchema([
            "type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "minLength": 2, "maxLength": 60,
            "description": .string(description),
        ])
    }
}

/// The name of a service, its executable and its database.
public struct ServiceName: Slug {
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
    public static var schema: JSONSchema { slugSchema("Name of a service.") }
    public static var example: JSONValue { "e-license" }

    public static let naturalPersons: ServiceName = "natural-persons"
    public static let eLicense: ServiceName = "e-license"
}

/// A state body, by a short name that its registers agree on.
public struct BodyCode: Slug {
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
    public static var schema: JSONSchema { slugSchema("Short name of a state body.") }
    public static var example: JSONValue { "justice" }
}

/// What allows a processing of personal data: the short name of a rule of law, as registers list it with the fields it
/// opens, such as `permits-law-art-29`.
public struct LegalBasis: Slug {
    public let rawValue: String
    public init(checked rawValue: String) { self.rawValue = rawValue }
    public static var schema: JSONSchema { slugSchema("Short name of the rule of law that allows the processing.") }
    public static var example: JSONValue { "permits-law-art-29" }

    /// A person looks at their own data.
    public static let ownData: LegalBasis = "own-data"
}

/// A case at a service: `e-license:KZ65LAA00000001`. What stands behind the colon is the service's own number.
public struct CaseID: Identifier {
    public let rawValue: String
    public let service: ServiceName

    public init(_ text: String) throws(IdentifierError) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let service = ServiceName(rawValue: String(parts[0])) else {
            throw IdentifierError(.caseID, .form(example: "e-license:KZ65LAA00000001"))
        }
        guard (1...64).contains(parts[1].utf8.count) else {
            throw IdentifierError(.caseID, .length(expected: 1...64, found: parts[1].count))
        }
        guard parts[1].utf8.allSatisfy({ Checks.isDigit($0) || (0x61...0x7A).contains($0 | 0x20) || $0 == 0x2D || $0 == 0x2F })
        else { throw IdentifierError(.caseID, .characters) }
        self.service = service
        rawValue = text
    }

    public init(_ service: ServiceName, _ number: String) throws(IdentifierError) { try self.init("\(service):\(number)") }

    /// The case's number within its service.
    public var number: String { String(rawValue.dropFirst(service.rawValue.count + 1)) }

    public static var schema: JSONSchema {
        .string(pattern: "^[a-z][a-z0-9-]*:[A-Za-z0-9/-]{1,64}$", "A case: the service and its number there.")
    }
    public static var example: JSONValue { "e-license:KZ65LAA00000001" }
}
