public import Contracts
import EventLoop
public import Messaging
public import Postgres

/// The table of contents of a service: what it answers, what it handles, what it does when a moment comes.
public struct ServiceBody: Sendable {
    public enum Entry: Sendable {
        case operation(Route)
        case message(MessageHandler)
        case timer(TimerHandler)
    }

    let entries: [Entry]

    public init(_ entries: Entry...) { self.entries = entries }

    var routes: [Route] { entries.compactMap { if case .operation(let route) = $0 { route } else { nil } } }
    var messages: [MessageHandler] { entries.compactMap { if case .message(let handler) = $0 { handler } else { nil } } }
    var timers: [TimerHandler] { entries.compactMap { if case .timer(let handler) = $0 { handler } else { nil } } }
}

/// What a read knows beside its input.
public struct Reading: Sendable {
    public let caller: Caller
    public let now: Timestamp
    public let language: Language

    public init(caller: Caller, now: Timestamp, language: Language) {
        self.caller = caller
        self.now = now
        self.language = language
    }
}

extension ServiceBody.Entry {
    /// A read: one query, sent with its journal entry as one statement.
    public static func read<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @escaping @Loop @Sendable (Input, Reading) throws -> Query<Output>
    ) -> Self {
        .operation(Route(operation) { exchange in try await exchange.read(operation, body) })
    }

    /// A read of what the service has in memory, and nobody's personal data: no store, no journal.
    public static func show<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @escaping @Loop @Sendable (Input, Reading) throws -> Output
    ) -> Self {
        .operation(Route(operation) { exchange in try await exchange.show(operation, body) })
    }

    /// A read of what may not be there, or not for this caller: nil is answered with 404.
    public static func read<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @escaping @Loop @Sendable (Input, Reading) throws -> Query<Output?>
    ) -> Self {
        .operation(Route(operation) { exchange in
            try await exchange.read(operation) { input, reading in
                try body(input, reading).map { output in
                    guard let output else { throw Problem(.notFound, reading.language) }
                    return output
                }
            }
        })
    }

    /// A write: asks the store nothing; all it adds goes out as one batch.
    public static func write<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @escaping @Loop @Sendable (Input, Write) throws -> Output
    ) -> Self {
        .operation(Route(operation) { exchange in try await exchange.write(operation, body) })
    }

    /// A decision: may ask the store in between.
    ///
    /// - Parameter key: what it decides about, the aggregate's number or id. With it, decisions about different things that come at one time
    ///   share a transaction; such a body asks for nothing that a decision about another thing changes.
    public static func decide<Input, Output>(
        _ operation: Operation<Input, Output>, about key: (@Sendable (Input) -> String)? = nil,
        _ body: @escaping @Loop @Sendable (Input, Decide) async throws -> Output
    ) -> Self {
        .operation(Route(operation) { exchange in try await exchange.decide(operation, about: key, body) })
    }

    /// What to do when another service, or this one, has said something.
    public static func decide<E: Event>(on event: E.Type, _ body: @escaping @Loop @Sendable (E, Decide) async throws -> Void) -> Self {
        .message(.event(event, body))
    }

    /// What to add when another service, or this one, has said something: asks the store nothing, so that many messages share a commit.
    public static func write<E: Event>(on event: E.Type, _ body: @escaping @Loop @Sendable (E, Write) throws -> Void) -> Self {
        .message(.write(on: event, body))
    }

    /// The same for many at a time, no two of them of one key: for a table that follows another's facts with a few statements over arrays.
    ///
    /// Messages of one key come in their order, in later calls.
    public static func write<E: Event>(onMany event: E.Type, _ body: @escaping @Loop @Sendable ([Message<E>], Write) throws -> Void) -> Self {
        .message(.write(onMany: event, body))
    }

    /// What to do when a scheduled moment has come.
    public static func decide<T: TimerEvent>(at timer: T.Type, _ body: @escaping @Loop @Sendable (T, Decide) async throws -> Void) -> Self {
        .timer(.timer(timer, body))
    }

    /// What to do with the answer to an inquiry that this service has sent: it changes what belongs to the case that it was asked for, since
    /// answers of different cases are taken in side by side.
    public static func decide<Request, Extract>(
        of asker: ServiceName, answerTo inquiry: Inquiry<Request, Extract>,
        _ body: @escaping @Loop @Sendable (InquiryAnswer<Extract>, Decide) async throws -> Void
    ) -> Self {
        .message(.answer(of: asker, to: inquiry, body))
    }

    /// How this register answers an inquiry, those of different cases side by side: none sees what another saves. Every one of them stands in the journal of the person it is about, a refused one too.
    public static func answer<Request, Extract>(
        _ inquiry: Inquiry<Request, Extract>, _ body: @escaping @Loop @Sendable (InquiryClaims, Request, Decide) async throws -> Extract
    ) -> Self {
        .message(.inquiry(inquiry) { claims, request, work in
            func entry(_ outcome: AccessHistory.Outcome, rule: String? = nil) -> JournalEntry {
                JournalEntry(
                    subject: inquiry.subject(request), operation: inquiry.name, caseID: claims.case, basis: claims.basis,
                    fields: claims.fields, outcome: outcome, rule: rule, body: claims.body)
            }
            do {
                let extract = try await body(claims, request, work)
                work.journal(entry(.shown))
                return extract
            } catch let refusal as Refusal {
                work.journal(entry(.refused, rule: refusal.rule))
                throw refusal
            }
        })
    }
}
