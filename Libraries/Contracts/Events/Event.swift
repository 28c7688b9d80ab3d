/// One fact that a service publishes. It carries ids and facts, and no more personal data than every reader of its topic may see.
public protocol Event: Codable, Sendable {
    /// CloudEvents' type: `kz.egov.e-license.application-submitted.v1`.
    static var type: String { get }
    static var topic: Topic { get }
    static var summary: String { get }
    /// The id of the aggregate: Kafka's key and CloudEvents' subject.
    var key: String { get }
}

/// An event type without its Swift type.
public struct EventDeclaration: Sendable {
    public let type: String
    public let topic: Topic
    public let summary: String
    public let schema: JSONSchema
    public let example: JSONValue

    init<E: Event>(_ event: E.Type) {
        let (schema, example) = Schemas.describe(event)
        type = E.type
        topic = E.topic
        summary = E.summary
        self.schema = schema
        self.example = example
    }
}
