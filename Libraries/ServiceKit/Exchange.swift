import Contracts
import EventLoop
import FoundationEssentials
import Messaging
import Postgres
import Telemetry

/// One request on its way through the service: who asks, what, and the three shapes in which it is carried out.
@Loop final class Exchange {
    let kernel: Kernel
    let route: Route
    let caller: Caller
    let language: Language
    let path: [String: String]
    let query: [(String, String)]
    let content: JSONValue?
    let ifMatch: String?
    /// Key and hash of a change; nil for a read.
    let idempotency: (key: String, hash: [UInt8])?
    /// The work of the last attempt, which knows whose data it came upon.
    private var work: Work?

    init(
        kernel: Kernel, route: Route, caller: Caller, language: Language, path: [String: String], query: [(String, String)],
        content: JSONValue?, ifMatch: String?, idempotency: (key: String, hash: [UInt8])?
    ) {
        self.kernel = kernel
        self.route = route
        self.caller = caller
        self.language = language
        self.path = path
        self.query = query
        self.content = content
        self.ifMatch = ifMatch
        self.idempotency = idempotency
    }

    // MARK: Read

    func read<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @Loop (Input, Reading) throws -> Query<Output>
    ) async throws -> Answer {
        let input = try input(of: operation)
        let query: Query<Output>
        do {
            query = try body(input, reading)
        } catch let refusal as Refusal {
            try await journal(refusal, operation, input)
            throw refusal
        }
        let output: Output
        switch operation.personalData {
        case .none:
            output = try await kernel.database.fetch(query)
        case .caller, .subject:
            output = try await journalled(query, Journal.reading(query.statement, entry(operation, input), caller: caller))
        case .rows:
            output = try await journalled(query, Journal.readingRows(query.statement, entry(operation, input), caller: caller))
        }
        return try answer(output, operation)
    }

    /// A read that needs no store: what is in memory, and nobody's personal data.
    func show<Input, Output>(_ operation: Operation<Input, Output>, _ body: @Loop (Input, Reading) throws -> Output) async throws -> Answer {
        try answer(try body(try input(of: operation), reading), operation)
    }

    private var reading: Reading { Reading(caller: caller, now: kernel.clock.now, language: language) }

    /// A read that a rule refuses is nobody's secret either.
    private func journal<Input, Output>(_ refusal: Refusal, _ operation: Operation<Input, Output>, _ input: Input) async throws {
        guard operation.personalData.kind != "none" else { return }
        let entry = entry(operation, input, outcome: .refused, rule: refusal.rule)
        _ = try await kernel.database.run(Batch(statements: [Journal.insert(entry, caller: caller)], key: caller.key, mayRunAgain: true))
        MessagingMetrics.entries.increment()
    }

    private func journalled<Output>(_ query: Query<Output>, _ statement: Statement) async throws -> Output {
        let results = try await kernel.database.run(Batch(statements: [statement], key: caller.key, mayRunAgain: true))
        guard let rows = results.first else { throw NoAnswer() }
        MessagingMetrics.entries.increment(by: try Journal.entries(of: rows))
        return try query.decode(rows)
    }

    // MARK: Write

    func write<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @Loop (Input, Write) throws -> Output
    ) async throws -> Answer {
        let input = try input(of: operation)
        if let answer = try await answeredBefore(operation, input) { return answer }
        let work = Write(caller: caller, now: kernel.clock.now, language: language, place: kernel.place)
        purpose(operation, input, work)
        self.work = work
        do {
            let answer = try answer(try body(input, work), operation)
            if let entry = changeEntry(operation, input, outcome: .changed) { work.journal(entry) }
            // The key first: run again after a lost connection, it tells that all the rest is there already.
            _ = try await kernel.database.run(Batch(statements: [remember(answer)] + work.collected, key: caller.key, mayRunAgain: true))
            work.committed()
            return answer
        } catch {
            return try await settle(error, operation, input)
        }
    }

    // MARK: Decide

    /// - Parameter key: what it decides about; with one, it may share its transaction with decisions about other things.
    func decide<Input, Output>(
        _ operation: Operation<Input, Output>, about key: ((Input) -> String)? = nil, _ body: @escaping @Loop @Sendable (Input, Decide) async throws -> Output
    ) async throws -> Answer {
        let input = try input(of: operation)
        if let answer = try await answeredBefore(operation, input) { return answer }
        let trace = TraceContext.current
        let attempt: SharedDecisions.Attempt = { lease in
            try await TraceContext.$current.withValue(trace) { try await self.attempt(operation, input, body, in: lease) }
        }
        var departure: SharedDecisions.Departure?
        defer { if let departure { kernel.decisions.ended(departure) } }
        do {
            if let key = key?(input) {
                do {
                    switch try await kernel.decisions.join(key, attempt) {
                    case .committed(let answer): return answer
                    case .alone(let ticket): departure = ticket
                    }
                } catch let error as PostgresError where mayRunAgain(error) {
                    // The connection was lost at the commit of many: tried again by itself, the key tells whether this one had its effect.
                }
            }
            return try await alone(attempt)
        } catch {
            return try await settle(error, operation, input)
        }
    }

    private func attempt<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, _ body: @Loop (Input, Decide) async throws -> Output, in lease: Lease
    ) async throws -> (answer: Answer, work: Decide) {
        let work = Decide(caller: caller, now: kernel.clock.now, language: language, place: kernel.place, lease: lease)
        purpose(operation, input, work)
        self.work = work
        let answer = try answer(try await body(input, work), operation)
        if idempotency != nil { work.saveFirst(remember(answer)) }
        if let entry = changeEntry(operation, input, outcome: .changed) { work.journal(entry) }
        return (answer, work)
    }

    /// In a transaction of its own, again where that may help.
    private func alone(_ attempt: SharedDecisions.Attempt) async throws -> Answer {
        var attempts = 0
        while true {
            attempts += 1
            do {
                let (answer, work) = try await kernel.database.transaction { lease in
                    let decided = try await attempt(lease)
                    decided.work.handOver()
                    return decided
                }
                work.committed()
                return answer
            } catch let error as PostgresError where attempts < 4 && mayRunAgain(error) {
                try await Loop.sleep(for: .milliseconds(5 << attempts))
            }
        }
    }

    /// A serialisation failure or deadlock has left nothing; after a lost connection the key says whether there was an effect.
    private func mayRunAgain(_ error: PostgresError) -> Bool {
        switch error.kind {
        case .server: error.isRetriable
        case .connectionLost: idempotency != nil
        default: false
        }
    }

    // MARK: What carries itself out

    /// For an operation that is idempotent by its nature and has transactions of its own.
    func answering<Input, Output>(
        _ operation: Operation<Input, Output>, _ body: @Loop (Input) async throws -> Output
    ) async throws -> Answer {
        try answer(try await body(try input(of: operation)), operation)
    }

    // MARK: What all share

    func input<Input, Output>(of operation: Operation<Input, Output>) throws -> Input {
        try operation.decodeInput(path: path, query: query, body: content, ifMatch: ifMatch)
    }

    private func answer<Input, Output>(_ output: Output, _ operation: Operation<Input, Output>) throws -> Answer {
        Answer(status: operation.successStatus, body: try JSON.encode(output), version: (output as? any Versioned)?.version)
    }

    private func purpose<Input, Output>(_ operation: Operation<Input, Output>, _ input: Input, _ work: Work) {
        work.caseID = operation.purpose?(input)?.case.rawValue
    }

    private func entry<Input, Output>(_ operation: Operation<Input, Output>, _ input: Input, outcome: AccessHistory.Outcome = .shown, rule: String? = nil) -> JournalEntry {
        let purpose = operation.purpose?(input)
        let subject: IIN? = switch operation.personalData {
        case .none, .rows: nil
        case .caller: caller.iin
        case .subject(_, let of): of(input)
        }
        return JournalEntry(
            subject: subject, operation: operation.name, caseID: purpose?.case.rawValue,
            basis: (purpose?.basis ?? operation.basis)?.rawValue, fields: operation.personalData.fields, outcome: outcome, rule: rule)
    }

    /// The entry of a change. Of rows only the work knows whose they are; a refusal is told even when nobody's were reached.
    private func changeEntry<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, outcome: AccessHistory.Outcome, rule: String? = nil
    ) -> JournalEntry? {
        var entry = entry(operation, input, outcome: outcome, rule: rule)
        entry.caseID = work?.caseID ?? entry.caseID
        switch operation.personalData {
        case .none: return nil
        case .caller, .subject: return entry
        case .rows:
            entry.subject = work?.subject
            return entry.subject != nil || outcome == .refused ? entry : nil
        }
    }

    private func remember(_ answer: Answer) -> Statement {
        let (key, hash) = idempotency ?? ("", [])
        return Idempotency.remember(
            StoredAnswer(requestHash: hash, status: answer.status, body: answer.body), key: key, caller: caller, at: .now)
    }

    /// What a failed attempt comes to: the stored answer of a used key, a refusal that is remembered too, or the error itself.
    private func settle<Input, Output>(_ error: any Error, _ operation: Operation<Input, Output>, _ input: Input) async throws -> Answer {
        if isKeyUsed(error) { return try await storedForSure(operation, input) }
        guard let refusal = kernel.refusal(for: error), idempotency != nil else {
            // What stands in the way of a retry may be the effect of its first attempt: a version that is past, a row that is gone.
            if error is Problem, let answer = try await stored(operation, input) { return answer }
            throw error
        }
        let problem = kernel.problem(refusal, language)
        let answer = Answer(status: problem.status, body: try JSON.encode(problem))
        var statements = [remember(answer)]
        if let entry = changeEntry(operation, input, outcome: .refused, rule: refusal.rule) {
            statements.append(Journal.insert(entry, caller: caller))
        }
        do {
            _ = try await kernel.database.run(Batch(statements: statements, key: caller.key, mayRunAgain: true))
            MessagingMetrics.entries.increment(by: statements.count - 1)
            return answer
        } catch where isKeyUsed(error) {
            return try await storedForSure(operation, input)
        }
    }

    /// What a retry is answered without an attempt, which could only fail, and the work of others with it.
    private func answeredBefore<Input, Output>(_ operation: Operation<Input, Output>, _ input: Input) async throws -> Answer? {
        guard let idempotency, kernel.recentKeys.note(idempotency.key, of: caller) else { return nil }
        return try await stored(operation, input)
    }

    private func isKeyUsed(_ error: any Error) -> Bool { (error as? PostgresError)?.constraint == Idempotency.constraint }

    private func storedForSure<Input, Output>(_ operation: Operation<Input, Output>, _ input: Input) async throws -> Answer {
        guard let answer = try await stored(operation, input) else { throw Problem(.unavailable, language) }
        return answer
    }

    /// What was answered under the request's key; nil when nothing was. Personal data shown once more is a read like any other.
    private func stored<Input, Output>(_ operation: Operation<Input, Output>, _ input: Input) async throws -> Answer? {
        guard let idempotency else { return nil }
        let query = Idempotency.stored(key: idempotency.key, caller: caller)
        let stored = switch operation.personalData {
        case .none, .rows: try await kernel.database.fetch(query)
        case .caller, .subject: try await journalled(query, Journal.reading(query.statement, entry(operation, input), caller: caller))
        }
        guard let stored else { return nil }
        guard stored.requestHash == idempotency.hash else { throw Problem(.keyReused, language) }
        var version: Int?
        if stored.status == operation.successStatus, Output.self is any Versioned.Type {
            version = (try JSON.decode(Output.self, from: stored.body, unknown: .ignore) as? any Versioned)?.version
        }
        return Answer(status: stored.status, body: stored.body, version: version)
    }
}

/// The database ran a statement and gave no result for it.
struct NoAnswer: Error {}
