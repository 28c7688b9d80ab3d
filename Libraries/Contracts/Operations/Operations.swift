public import FoundationEssentials

/// What operators may ask of every service.
public enum Operations {
    public static func status(for service: ServiceName) -> Operation<Empty, StatusReport> {
        Operation(
            service, "status.read", .get, "/v1/status", contours: [.g2g], callers: [.operator],
            summary: LocalizedText(kk: "Қызметтің күйі", ru: "Состояние сервиса", en: "The state of the service"))
    }

    public static func parkedList(for service: ServiceName) -> Operation<ParkedQuery, Page<ParkedMessage>> {
        Operation(
            service, "parked-messages.list", .get, "/v1/parked-messages", contours: [.g2g], callers: [.operator],
            summary: LocalizedText(
                kk: "Кейінге қойылған хабарламалар", ru: "Отложенные сообщения", en: "Parked messages"))
    }

    public static func parkedShow(for service: ServiceName) -> Operation<ParkedID, ParkedDetail> {
        Operation(
            service, "parked-messages.show", .get, "/v1/parked-messages/{id}", contours: [.g2g], callers: [.operator],
            summary: LocalizedText(
                kk: "Кейінге қойылған бір хабарлама", ru: "Одно отложенное сообщение", en: "One parked message"))
    }

    /// Hands the message to its handler again, and those of its key that wait behind it.
    public static func parkedReplay(for service: ServiceName) -> Operation<ParkedID, ParkedMessage> {
        Operation(
            service, "parked-messages.replay", .post, "/v1/parked-messages/{id}/replay", contours: [.g2g], callers: [.operator],
            successStatus: 200,
            summary: LocalizedText(
                kk: "Хабарламаны қайта өңдеу", ru: "Обработать сообщение снова", en: "Handle a parked message again"))
    }

    /// Gives the message up, with a reason that is kept; those of its key that wait behind it go on.
    public static func parkedDiscard(for service: ServiceName) -> Operation<ParkedDiscard, ParkedMessage> {
        Operation(
            service, "parked-messages.discard", .post, "/v1/parked-messages/{id}/discard", contours: [.g2g],
            callers: [.operator], successStatus: 200,
            summary: LocalizedText(
                kk: "Хабарламадан бас тарту", ru: "Отказаться от сообщения", en: "Give up a parked message"))
    }

    /// Which of some messages the service has neither let take effect nor parked: after its database was restored to an
    /// earlier moment, those that must be delivered again.
    public static func unknownMessages(for service: ServiceName) -> Operation<MessageIDs, MessageIDs> {
        Operation(
            service, "messages.unknown", .post, "/v1/messages/unknown", contours: [.g2g], callers: [.operator], successStatus: 200,
            summary: LocalizedText(
                kk: "Қызмет білмейтін хабарламалар", ru: "Сообщения, которых сервис не знает", en: "Messages that the service does not know"))
    }

    /// All of them, for documents.
    public static func all(for service: ServiceName) -> [AnyOperation] {
        [
            status(for: service).erased, parkedList(for: service).erased, parkedShow(for: service).erased,
            parkedReplay(for: service).erased, parkedDiscard(for: service).erased,
            unknownMessages(for: service).erased,
        ]
    }
}

public struct MessageIDs: Codable, Sendable, Hashable, Noted {
    /// The `ce_id` of each.
    public var ids: [UUID]

    /// The most that one request may ask for.
    public static let maximum = 1000

    public init(ids: [UUID]) { self.ids = ids }

    public static let notes = ["ids": "The `ce_id` of each message; at most 1,000."]
}

public struct ParkedID: Codable, Sendable, Hashable {
    public var id: UUID

    public init(id: UUID) { self.id = id }
}

public struct ParkedDiscard: Codable, Sendable, Hashable {
    public var id: UUID
    public var reason: LongText

    public init(id: UUID, reason: LongText) {
        self.id = id
        self.reason = reason
    }
}

public struct ParkedQuery: Codable, Sendable, Hashable, Noted {
    /// Only messages in this state.
    public var state: ParkedState?
    public var cursor: String?
    public var limit: Int?

    public init(state: ParkedState? = nil, cursor: String? = nil, limit: Int? = nil) {
        self.state = state
        self.cursor = cursor
        self.limit = limit
    }

    public static let notes = [
        "state": "Only messages in this state.", "cursor": "The `next` of the page before.", "limit": "Items at most, 1 to 100.",
    ]
    public static let leftOutOfExamples: Set = ["cursor"]
}

public enum ParkedState: String, Codable, Sendable, Hashable, CaseIterable {
    case parked, replayed, discarded
}

/// A message that could not take effect. Its payload is shown one at a time only.
public struct ParkedMessage: Codable, Sendable, Hashable {
    public var id: UUID
    public var consumer: String
    public var topic: String
    public var partition: Int32
    public var offset: Int64
    public var key: String?
    public var error: String
    public var attempts: Int
    public var state: ParkedState
    public var at: Timestamp

    public init(
        id: UUID, consumer: String, topic: String, partition: Int32, offset: Int64, key: String?, error: String, attempts: Int,
        state: ParkedState, at: Timestamp
    ) {
        self.id = id
        self.consumer = consumer
        self.topic = topic
        self.partition = partition
        self.offset = offset
        self.key = key
        self.error = error
        self.attempts = attempts
        self.state = state
        self.at = at
    }
}

public struct ParkedDetail: Codable, Sendable, Hashable, Noted {
    public var message: ParkedMessage
    public var headers: [String: String]
    /// The payload as text where it is UTF-8, else in base 64.
    public var payload: String
    public var isBase64: Bool

    public init(message: ParkedMessage, headers: [String: String], payload: String, isBase64: Bool) {
        self.message = message
        self.headers = headers
        self.payload = payload
        self.isBase64 = isBase64
    }

    public static let notes = ["payload": "The payload as text where it is UTF-8, else in base 64."]
}
