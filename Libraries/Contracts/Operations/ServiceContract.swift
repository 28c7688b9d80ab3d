/// All that a service says and hears.
public struct ServiceContract: Sendable {
    public let name: ServiceName
    public let title: LocalizedText
    /// The port when configuration names none.
    public let port: Int
    public let operations: [AnyOperation]
    public let publishes: [EventDeclaration]
    public let consumes: [EventDeclaration]
    /// The questions that the service answers, as a register.
    public let inquiries: [InquiryDeclaration]
    /// The questions that it asks of registers.
    public let asks: [InquiryDeclaration]
    /// The topics that the service owns, its inquiry and answer topics among them.
    public let topics: [Topic]

    package init(
        name: ServiceName, title: LocalizedText, port: Int, operations: [AnyOperation], publishes: [EventDeclaration] = [],
        consumes: [EventDeclaration] = [], inquiries: [InquiryDeclaration] = [], asks: [InquiryDeclaration] = [],
        topics: [Topic]
    ) {
        self.name = name
        self.title = title
        self.port = port
        self.operations = operations
        self.publishes = publishes
        self.consumes = consumes
        self.inquiries = inquiries
        self.asks = asks
        self.topics = topics
    }
}

/// An inquiry without its Swift types.
public struct InquiryDeclaration: Sendable {
    public let register: ServiceName
    public let name: String
    public let inquiryType: String
    public let answerType: String
    public let topic: Topic
    public let summary: LocalizedText
    public let request: JSONSchema
    public let requestExample: JSONValue
    public let extract: JSONSchema
    public let extractExample: JSONValue

    init<Request, Extract>(_ inquiry: Inquiry<Request, Extract>) {
        let request = Schemas.describe(Request.self, closed: true)
        let extract = Schemas.describe(Extract.self)
        register = inquiry.register
        name = inquiry.name
        inquiryType = inquiry.inquiryType
        answerType = inquiry.answerType
        topic = inquiry.topic
        summary = inquiry.summary
        self.request = request.schema
        requestExample = request.example
        self.extract = extract.schema
        extractExample = extract.example
    }
}

/// The services of the platform, in the order of the house.
public enum Catalogue {
    public static let services: [ServiceContract] = [Persons.contract, Licences.contract]

    /// Every topic that the platform needs.
    public static var topics: [Topic] { services.flatMap(\.topics) }

    public static func service(_ name: ServiceName) -> ServiceContract? { services.first { $0.name == name } }
}
