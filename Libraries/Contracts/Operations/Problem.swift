/// A problem document (RFC 9457), `application/problem+json`.
public struct Problem: Error, Codable, Sendable, Hashable {
    public struct FieldError: Codable, Sendable, Hashable {
        /// JSON pointer (RFC 6901) into the body, or `/name` of a parameter.
        public var pointer: String
        public var detail: String
        /// The stable name of the check that failed.
        public var rule: String?

        public init(pointer: String, detail: String, rule: String? = nil) {
            self.pointer = pointer
            self.detail = detail
            self.rule = rule
        }
    }

    /// `urn:egov:problem:` and a stable word.
    public var type: String
    public var title: String
    public var status: Int
    public var detail: String?
    /// The path of the request.
    public var instance: String?
    /// The failed rule's stable name.
    public var rule: String?
    public var citation: String?
    public var traceId: String?
    public var errors: [FieldError]?

    public init(
        type: String, title: String, status: Int, detail: String? = nil, instance: String? = nil, rule: String? = nil,
        citation: String? = nil, traceId: String? = nil, errors: [FieldError]? = nil
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.instance = instance
        self.rule = rule
        self.citation = citation
        self.traceId = traceId
        self.errors = errors
    }

    /// A problem of a known kind, titled in the caller's language.
    public init(_ kind: ProblemKind, _ language: Language, detail: String? = nil, rule: String? = nil) {
        self.init(type: kind.type, title: kind.title[language], status: kind.status, detail: detail, rule: rule)
    }

    /// A rule of the domain that said no.
    public init(_ refusal: Refusal, _ language: Language) {
        self.init(
            type: ProblemKind.refused.type, title: ProblemKind.refused.title[language], status: refusal.status,
            detail: refusal.text[language], rule: refusal.rule, citation: refusal.citation)
    }

    /// A request whose content does not fit the contract: 422, with the place.
    public init(_ error: ContractError, _ language: Language) {
        self.init(.invalidContent, language, rule: error.rule)
        detail = error.pointer.isEmpty ? error.text[language] : "\(error.pointer): \(error.text[language])"
        errors = [FieldError(pointer: error.pointer, detail: error.text[language], rule: error.rule)]
    }

    /// A body that is no acceptable JSON: 400, with line and column; 413 when it is too large.
    public init(_ error: JSONError, _ language: Language) {
        if case .tooLarge = error.kind {
            self.init(.tooLarge, language, detail: error.text[language])
        } else {
            self.init(.malformed, language, detail: "\(error.line):\(error.column): \(error.text[language])", rule: "json")
        }
    }

    /// The media type of these documents.
    public static let mediaType = "application/problem+json"
}
