public import Contracts
public import EventLoop
import FoundationEssentials
public import Postgres
import Telemetry
import Trust

/// One unit of work: whose it is, when it happens by the law's clock, and all that leaves with its commit.
@Loop public class Work {
    public let caller: Caller
    /// The only clock of law and deadlines.
    public let now: Timestamp
    /// The case it belongs to, where there is one; it stands in the journal.
    public var caseID: String?
    /// Whose data it concerns, where only the store knows: set once the row is there, so that even a refusal stands in that person's journal.
    public var subject: IIN?
    /// The language of the texts that go back to the caller.
    public let language: Language

    let place: WorkPlace
    private(set) var statements: [Statement] = []
    /// What only adds rows that no work reads: messages, entries of the journal.
    private var additions: [Statement] = []
    private(set) var hasMessages = false
    /// Timers that are due before their runner looks again by itself.
    private(set) var hasTimersSoon = false
    /// Entries of the journal among the statements; they count once they have committed.
    package var entries = 0

    package init(caller: Caller, now: Timestamp, language: Language = .ru, place: WorkPlace) {
        self.caller = caller
        self.now = now
        self.language = language
        self.place = place
    }

    /// A row to insert, update or delete; it leaves with the commit.
    public func save(_ statement: Statement) { statements.append(statement) }

    /// A row that leaves before all others of the work.
    package func saveFirst(_ statement: Statement) { statements.insert(statement, at: 0) }

    /// A row that no work reads; it leaves with the commit, together with others of its kind.
    package func add(_ statement: Statement) { additions.append(statement) }

    /// Says a fact to whoever listens: it is published if and only if this work commits.
    ///
    /// - Throws: when the payload cannot be written as JSON or is larger than a message may be (900 kB).
    public func emit(_ event: some Event) throws {
        try emit(CloudEvent(
            id: .v7(), source: place.service, type: type(of: event).type, time: .now, subject: event.key,
            traceparent: TraceContext.current?.traceparent, key: Array(event.key.utf8), data: try JSON.encode(event)
        ), to: type(of: event).topic, key: event.key)
    }

    func emit(_ message: CloudEvent, to topic: Topic, key: String) throws {
        guard message.data.count <= 900_000 else { throw MessageTooLarge(type: message.type, bytes: message.data.count) }
        hasMessages = true
        add(Outbox.insert(message, topic: topic, key: key))
    }

    /// Lets `timer` reach its handler at `moment` of the law's clock; scheduling the same timer again moves it.
    public func schedule(_ timer: some TimerEvent, at moment: Timestamp) throws {
        if moment - now < TimerRunner.patrol { hasTimersSoon = true }
        save(TimerTable.schedule(type: type(of: timer).type, key: timer.key, at: moment, payload: try JSON.encode(timer)))
    }

    /// Lets the timer of that kind and key never fire.
    public func cancel<T: TimerEvent>(_ timer: T.Type, key: String) {
        save(TimerTable.cancel(type: T.type, key: key))
    }

    /// The next number of a series, from a block that the service took beforehand: gaps are possible, doubles are not.
    ///
    /// - Throws: ``NumbersExhausted`` when the block is used up and the next has not arrived; the caller tries again.
    public func nextNumber(_ series: String) throws(NumbersExhausted) -> Int64 { try place.numbers.next(series) }

    /// Asks a register during a case; the answer reaches the handler of that inquiry, however long the register is away.
    ///
    /// - Parameters:
    ///   - basis: the code of the legal basis, as the register knows it.
    ///   - body: the state body whose case it is; the person will read it in the journal.
    ///   - fields: what of the extract the case needs; the register refuses what the basis does not allow.
    public func ask<Request, Extract>(
        _ inquiry: Inquiry<Request, Extract>, _ request: Request, case caseID: CaseID, basis: LegalBasis, body: BodyCode?, fields: [String]
    ) throws {
        let question = Question(
            id: .v7(), register: inquiry.register, name: inquiry.name, type: inquiry.inquiryType, caseID: caseID.rawValue, basis: basis.rawValue,
            body: body, fields: fields, request: try JSON.encode(request))
        save(InquiryTable.insert(question, at: now))
        try Inquiries.ask(question, in: self)
    }

    /// Ends the open inquiries of a case: they are not asked again, and an answer that comes all the same changes nothing.
    public func stopAsking(case caseID: CaseID) { save(InquiryTable.close(case: caseID.rawValue, at: now)) }

    /// What must be woken once this work has committed.
    package func committed() {
        if hasMessages { place.wakeRelay() }
        if hasTimersSoon { place.wakeTimers() }
        MessagingMetrics.entries.increment(by: entries)
    }

    package var collected: [Statement] { statements + additions }

    /// What it has added leaves with the commit of the lease.
    package func handOver(to lease: Lease) {
        for statement in statements { lease.collect(statement) }
        for statement in additions { lease.collectLast(statement) }
    }

    /// The same for works of different keys, whose statements of one shape leave together.
    package static func handOver(_ works: [Work], to lease: Lease) {
        lease.collect(together: works.map(\.statements))
        for work in works { for statement in work.additions { lease.collectLast(statement) } }
    }
}

/// Work that asks the store nothing: what it adds goes out as one batch, which may share its commit with others.
@Loop public final class Write: Work {}

/// Work that decides on what the store says; its first question opens a lease, and what it adds leaves with the commit.
@Loop public final class Decide: Work {
    private let lease: Lease

    package init(caller: Caller, now: Timestamp, language: Language = .ru, place: WorkPlace, lease: Lease) {
        self.lease = lease
        super.init(caller: caller, now: now, language: language, place: place)
    }

    /// Asks the store, within the transaction.
    public func fetch<R>(_ query: Query<R>) async throws -> R { try await lease.fetch(query) }

    /// Asks for a row and keeps it until the commit; the query says `FOR UPDATE`. Lock before anything is emitted: it gives the aggregate its order.
    public func lock<R>(_ query: Query<R>) async throws -> R { try await lease.fetch(query) }

    package func handOver() { handOver(to: lease) }
}

/// Where work happens: what of the service's surroundings a unit of work touches.
@Loop package final class WorkPlace {
    package let service: ServiceName
    package let numbers: NumberBlocks
    package let keys: ServiceKeys
    package var wakeRelay: () -> Void = {}
    package var wakeTimers: () -> Void = {}

    package init(service: ServiceName, numbers: NumberBlocks, keys: ServiceKeys) {
        self.service = service
        self.numbers = numbers
        self.keys = keys
    }
}

/// A message that no topic would take.
public struct MessageTooLarge: Error, CustomStringConvertible {
    public let type: String
    public let bytes: Int
    public var description: String { "\(type) has \(bytes) bytes; a message has at most 900,000: say less, or refer to a document" }
}
