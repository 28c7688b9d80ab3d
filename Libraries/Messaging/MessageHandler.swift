public import Contracts
import EventLoop
import Kafka
import Telemetry

/// What a service does with one kind of message: everything it adds to the work commits together with the inbox entry.
public struct MessageHandler: Sendable {
    /// The `ce_type` it is for.
    public let type: String
    let topic: Topic
    let shape: Shape

    /// How it works with the store, as operations do.
    enum Shape: Sendable {
        /// May ask the store, and sees what messages before it have written.
        case decide(@Loop @Sendable (CloudEvent, Decide) async throws -> Void)
        /// May ask the store for what messages of other keys do not change: those of different keys ask side by side.
        case decideByKey(@Loop @Sendable (CloudEvent, Decide) async throws -> Void)
        /// Asks nothing: many messages share a transaction.
        case write(@Loop @Sendable (CloudEvent, Write) throws -> Void)
        /// Asks nothing, and is called once for many messages, no two of them of one key.
        case writeMany(@Loop @Sendable ([Arrival], Write) throws -> Void)
    }

    init(type: String, topic: Topic, shape: Shape) {
        self.type = type
        self.topic = topic
        self.shape = shape
    }

    init(type: String, topic: Topic, apply: @escaping @Loop @Sendable (CloudEvent, Decide) async throws -> Void) {
        self.init(type: type, topic: topic, shape: .decide(apply))
    }

    /// For an event of the contracts, by work that asks the store nothing.
    public static func write<E: Event>(on event: E.Type, _ body: @escaping @Loop @Sendable (E, Write) throws -> Void) -> MessageHandler {
        MessageHandler(type: E.type, topic: E.topic, shape: .write { message, work in
            try body(try JSON.decode(E.self, from: message.data, unknown: .ignore), work)
        })
    }

    /// For many events of one kind at a time, no two of them of one key.
    public static func write<E: Event>(onMany event: E.Type, _ body: @escaping @Loop @Sendable ([Message<E>], Write) throws -> Void) -> MessageHandler {
        MessageHandler(type: E.type, topic: E.topic, shape: .writeMany { messages, work in try body(messages.map(Message.init), work) })
    }

    /// For an event of the contracts, by work that decides on what the store says.
    public static func event<E: Event>(_ event: E.Type, _ body: @escaping @Loop @Sendable (E, Decide) async throws -> Void) -> MessageHandler {
        MessageHandler(type: E.type, topic: E.topic) { message, work in
            try await body(try JSON.decode(E.self, from: message.data, unknown: .ignore), work)
        }
    }

    /// For the questions that other services ask this register.
    ///
    /// A signature that does not hold parks the message; a `Refusal` of `body` is an answer like any other, and what the
    /// work had collected by then commits with it. Questions of different cases are answered side by side: none sees what another has saved.
    public static func inquiry<Request, Extract>(
        _ inquiry: Inquiry<Request, Extract>,
        _ body: @escaping @Loop @Sendable (InquiryClaims, Request, Decide) async throws -> Extract
    ) -> MessageHandler {
        MessageHandler(type: inquiry.inquiryType, topic: inquiry.topic, shape: .decideByKey { message, work in
            let claims = try work.place.keys.openedAndVerified(message.data, type: Inquiries.questionToken, as: InquiryClaims.self)
            guard claims.name == inquiry.name else { throw WrongKind(expected: inquiry.name, found: claims.name) }
            try message.mustBe(from: claims.asker)
            let request = try JSON.decode(Request.self, from: claims.request)
            work.caseID = claims.case
            let answer: InquiryAnswer<Extract>
            do {
                answer = InquiryAnswer(inquiry: claims.id, answeredAt: work.now, extract: try await body(claims, request, work))
            } catch let refusal as Refusal {
                answer = InquiryAnswer(inquiry: claims.id, answeredAt: work.now, refusal: refusal)
            }
            try Inquiries.answer(claims, type: inquiry.answerType, with: answer, in: work)
        })
    }

    /// For the answers to what this service has asked; each question takes its first answer, later ones change nothing.
    ///
    /// Answers of different cases are taken in side by side: `body` changes what belongs to its own case.
    public static func answer<Request, Extract>(
        of asker: ServiceName, to inquiry: Inquiry<Request, Extract>,
        _ body: @escaping @Loop @Sendable (InquiryAnswer<Extract>, Decide) async throws -> Void
    ) -> MessageHandler {
        MessageHandler(type: inquiry.answerType, topic: .answers(to: asker), shape: .decideByKey { message, work in
            let claims = try work.place.keys.openedAndVerified(message.data, type: Inquiries.answerToken, as: AnswerClaims<JSONValue>.self)
            guard claims.name == inquiry.name else { throw WrongKind(expected: inquiry.name, found: claims.name) }
            try message.mustBe(from: claims.register)
            guard message.key == Array(claims.case.utf8) else { throw WrongKey(caseID: claims.case) }
            work.caseID = claims.case
            guard let (question, _) = try await work.lock(InquiryTable.lockOpen(claims.inquiry)) else {
                Log.info("an answer came again, or to no open question", ["inquiry": "\(claims.inquiry.text)"])
                return
            }
            guard question.register == claims.register, question.caseID == claims.case, question.name == claims.name else {
                throw AnswerMismatch(inquiry: claims.inquiry.text, asked: question.register, answered: claims.register)
            }
            let answer = try JSON.decode(InquiryAnswer<Extract>.self, from: claims.answer, unknown: .ignore)
            try await body(answer, work)
            work.save(InquiryTable.answered(claims.inquiry, outcome: answer.refusal?.rule ?? "extract", at: work.now))
            work.cancel(AskAgain.self, key: question.id.text)
        })
    }
}

/// One of the events that a handler is given many of.
public struct Message<E: Event>: Sendable {
    private let arrival: Arrival

    init(_ arrival: Arrival) { self.arrival = arrival }

    /// What it says.
    ///
    /// - Throws: when the data is no such event; thrown on by the handler it parks this message.
    public func event() throws -> E { try JSON.decode(E.self, from: data, unknown: .ignore) }

    /// The event's JSON as it came, for statements that leave reading it to the database.
    public var data: [UInt8] { arrival.attributes.record.value ?? [] }

    /// The CloudEvent's id.
    public var id: String { arrival.attributes[.id] ?? "" }
}

/// What a service does when a timer fires.
public struct TimerHandler: Sendable {
    let type: String
    let apply: @Loop @Sendable (DueTimer, Decide) async throws -> Void

    public static func timer<T: TimerEvent>(_ timer: T.Type, _ body: @escaping @Loop @Sendable (T, Decide) async throws -> Void) -> TimerHandler {
        TimerHandler(type: T.type) { due, work in
            try await body(try JSON.decode(T.self, from: due.payload), work)
        }
    }

    /// Unanswered questions are asked again.
    static let askAgain = timer(AskAgain.self) { timer, work in
        guard let (question, attempts) = try await work.lock(InquiryTable.lockOpen(timer.inquiry)) else { return }
        Log.warning("an inquiry is late and is asked again", ["register": "\(question.register)", "case": "\(question.caseID)", "attempts": "\(attempts)"])
        try Inquiries.ask(question, in: work, attempt: Int(attempts) + 1)
        work.save(InquiryTable.askedAgain(question.id))
    }
}

extension CloudEvent {
    /// What the headers say of the sender is believed only as far as the signature says the same: it stands in journals.
    fileprivate func mustBe(from signer: ServiceName) throws(WrongSender) {
        guard sender == signer else { throw WrongSender(source: source, signer: signer) }
    }
}

/// The headers name another sender than who signed.
struct WrongSender: Error, CustomStringConvertible {
    var source: String
    var signer: ServiceName
    var description: String { "the message says it is from \(source.prefix(100)), what was signed is from \(signer)" }
}

/// The signed words name another kind of inquiry than the message's headers.
struct WrongKind: Error, CustomStringConvertible {
    var expected: String
    var found: String
    var description: String { "the message says it is about \(expected), what was signed is about \(found)" }
}

/// An answer under another key than its case's: it would not wait for what came before in the case.
struct WrongKey: Error, CustomStringConvertible {
    var caseID: String
    var description: String { "the message's key is another than the case that was signed, \(caseID)" }
}

/// An answer that does not belong to the question it names.
struct AnswerMismatch: Error, CustomStringConvertible {
    var inquiry: String
    var asked: ServiceName
    var answered: ServiceName
    var description: String { "the answer of \(answered) to inquiry \(inquiry) does not fit the question, which \(asked) was asked" }
}
