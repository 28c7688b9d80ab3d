/// A rule of the domain said no. It is an answer, kept under the idempotency key, and becomes a problem document in the
/// caller's language.
public struct Refusal: Error, Codable, Sendable, Hashable {
    /// The stable name of the rule, kebab case.
    public var rule: String
    /// The HTTP status: 409 when the state of things forbids it, 422 when the request cannot be fulfilled as it stands, 403, 404.
    public var status: Int
    public var text: LocalizedText
    /// The act and article that the rule comes from.
    public var citation: String?

    public init(rule: String, status: Int = 409, text: LocalizedText, citation: String? = nil) {
        self.rule = rule
        self.status = status
        self.text = text
        self.citation = citation
    }
}
