public import FoundationEssentials

/// Who read or changed a person's data, as the journal of a service tells that person.
public enum AccessHistory {
    public struct Entry: Codable, Sendable, Hashable, Noted {
        public var id: UUID
        public var at: Timestamp
        public var capacity: Caller.Capacity
        /// The state body for which an official acted.
        public var body: BodyCode?
        /// The service that asked.
        public var service: ServiceName?
        /// The operation or inquiry by name.
        public var operation: String
        public var `case`: String?
        public var basis: String?
        public var fields: [String]
        public var outcome: Outcome

        public init(
            id: UUID, at: Timestamp, capacity: Caller.Capacity, body: BodyCode? = nil, service: ServiceName? = nil,
            operation: String, case: String? = nil, basis: String? = nil, fields: [String], outcome: Outcome
        ) {
            self.id = id
            self.at = at
            self.capacity = capacity
            self.body = body
            self.service = service
            self.operation = operation
            self.case = `case`
            self.basis = basis
            self.fields = fields
            self.outcome = outcome
        }

        public static let notes = [
            "capacity": "In what capacity the reader acted.",
            "body": "The state body for which an official acted.",
            "service": "The service that asked, where it was one.",
            "operation": "The operation or inquiry, by its name.",
            "case": "The case for which the data were needed.",
            "basis": "The rule of law that allowed it.",
            "fields": "The fields that were touched.",
        ]
    }

    /// What came of the access.
    public enum Outcome: String, Codable, Sendable, Hashable, CaseIterable {
        /// Data were shown.
        case shown
        /// There was nothing that the caller might see.
        case nothing
        /// Data were recorded or changed.
        case changed
        /// A rule refused it.
        case refused
    }

    /// The operation by which a citizen sees the accesses to their data at a service; a look at it is an access too.
    public static func operation(for service: ServiceName) -> Operation<PageRequest, Page<Entry>> {
        Operation(
            service, "access-history.list", .get, "/v1/access-history", contours: [.g2c], callers: [.citizen],
            personalData: .caller(fields: ["accessHistory"]), basis: .ownData,
            summary: LocalizedText(
                kk: "Менің деректерімді кім қарады", ru: "Кто смотрел мои данные", en: "Who read my data"))
    }
}
