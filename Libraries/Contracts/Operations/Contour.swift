/// Between whom an operation is offered.
public enum Contour: String, Codable, Sendable, Hashable, CaseIterable {
    /// Between state bodies.
    case g2g
    /// To citizens.
    case g2c
    /// To business.
    case g2b
}

public enum HTTPMethod: String, Codable, Sendable, Hashable, CaseIterable {
    case get = "GET", post = "POST", put = "PUT", delete = "DELETE"

    /// Whether it may change state, and so needs an idempotency key.
    public var changes: Bool { self != .get }
}

/// Why personal data are processed: the case and the rule of law, as the journal keeps them.
public struct Purpose: Codable, Sendable, Hashable {
    public var `case`: CaseID
    public var basis: LegalBasis

    public init(case: CaseID, basis: LegalBasis) {
        self.case = `case`
        self.basis = basis
    }
}

/// Whose personal data an operation touches, and which of their fields.
public enum PersonalData<Input>: Sendable {
    case none
    /// The caller's own.
    case caller(fields: [String])
    /// Those of a person whom the input names.
    case subject(fields: [String], of: @Sendable (Input) -> IIN?)
    /// Each row shown names its subject; every row is an entry in the journal.
    case rows(fields: [String])

    public var fields: [String] {
        switch self {
        case .none: []
        case .caller(let fields), .subject(let fields, _), .rows(let fields): fields
        }
    }

    /// The word for documents.
    public var kind: String {
        switch self {
        case .none: "none"
        case .caller: "caller"
        case .subject: "subject"
        case .rows: "rows"
        }
    }
}
