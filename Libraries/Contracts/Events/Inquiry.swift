public import FoundationEssentials

/// One kind of question that a service may ask a register during a case, through Kafka: signed by the asker, answered with
/// an extract sealed to it.
public struct Inquiry<Request: Codable & Sendable, Extract: Codable & Sendable>: Sendable {
    public let register: ServiceName
    /// `person-extract`.
    public let name: String
    public let version: Int
    public let summary: LocalizedText
    /// Whose data the request asks for.
    public let subject: @Sendable (Request) -> IIN?

    public init(
        _ register: ServiceName, _ name: String, version: Int = 1, summary: LocalizedText,
        subject: @escaping @Sendable (Request) -> IIN?
    ) {
        self.register = register
        self.name = name
        self.version = version
        self.summary = summary
        self.subject = subject
    }

    /// CloudEvents' type of the question.
    public var inquiryType: String { "kz.egov.\(register).\(name).inquiry.v\(version)" }
    /// CloudEvents' type of the answer.
    public var answerType: String { "kz.egov.\(register).\(name).answer.v\(version)" }
    /// Where the questions go, keyed by the case.
    public var topic: Topic { .inquiries(to: register) }
}

/// What stands in the signed token of an inquiry: the payload of a JWT (RFC 7519), where the asker is `iss`, the register
/// `aud` and the inquiry's id `jti`.
public struct InquiryClaims: Codable, Sendable, Hashable {
    public var id: UUID
    public var asker: ServiceName
    public var register: ServiceName
    /// Seconds since 1970.
    public var issuedAt: Int64
    /// Seconds since 1970.
    public var expiresAt: Int64
    public var `case`: String
    public var basis: String
    /// The state body whose case it is.
    public var body: BodyCode?
    /// The fields asked for; an answer has no others.
    public var fields: [String]
    /// The inquiry's name.
    public var name: String
    /// The request in its own form.
    public var request: JSONValue

    private enum CodingKeys: String, CodingKey {
        case id = "jti", asker = "iss", register = "aud", issuedAt = "iat", expiresAt = "exp"
        case `case`, basis, body, fields, name, request
    }

    public init(
        id: UUID, asker: ServiceName, register: ServiceName, issuedAt: Int64, expiresAt: Int64, case: String, basis: String, body: BodyCode?,
        fields: [String], name: String, request: JSONValue
    ) {
        self.id = id
        self.asker = asker
        self.register = register
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.case = `case`
        self.basis = basis
        self.body = body
        self.fields = fields
        self.name = name
        self.request = request
    }
}

/// What is inside a sealed answer: an extract, or why there is none.
public struct InquiryAnswer<Extract: Codable & Sendable>: Codable, Sendable {
    public var inquiry: UUID
    public var answeredAt: Timestamp
    public var extract: Extract?
    public var refusal: Refusal?

    public init(inquiry: UUID, answeredAt: Timestamp, extract: Extract) {
        self.inquiry = inquiry
        self.answeredAt = answeredAt
        self.extract = extract
    }

    public init(inquiry: UUID, answeredAt: Timestamp, refusal: Refusal) {
        self.inquiry = inquiry
        self.answeredAt = answeredAt
        self.refusal = refusal
    }
}

extension InquiryAnswer: Equatable where Extract: Equatable {}
extension InquiryAnswer: Hashable where Extract: Hashable {}
