public import EventLoop

/// A transaction on a connection of one's own, for work that decides in between. It ends with the closure it was given to.
@Loop public final class Lease {
    let connection: Connection
    /// What leaves before the next statement: BEGIN, SAVEPOINT.
    private var ahead: [Statement]
    private var collected: [Statement] = []
    /// By their shape, what leaves after all that was collected.
    private var last: [[Statement]] = []
    private var isOver = false
    private var savepoints = 0
    /// What tasks side by side ask in this turn; nil while nobody has.
    private var company: Company?
    private var isSideBySide = false

    init(_ connection: Connection, ahead: [Statement]) {
        self.connection = connection
        self.ahead = ahead
    }

    /// Runs a query now.
    public func fetch<R>(_ query: Query<R>) async throws -> R { try query.decode(try await run(query.statement)) }

    /// Runs several queries now, in one round trip, in their order.
    // Compiler 6.3.1 breaks down when it makes packs of types ready for other modules.
    @_semantics("optimize.no.crossmodule")
    public func fetch<each R>(_ queries: repeat Query<each R>) async throws -> (repeat each R) {
        var statements: [Statement] = []
        for query in repeat each queries { statements.append(query.statement) }
        var answers = try await send(statements).suffix(statements.count)[...]
        func next<T>(_ query: Query<T>) throws -> T {
            guard let rows = answers.popFirst() else { throw PostgresError(.server, "the server gave no answer") }
            return try query.decode(rows)
        }
        return (repeat try next(each queries))
    }

    /// Runs a statement now and says how many rows it touched.
    @discardableResult
    public func execute(_ statement: Statement) async throws -> Int { try await run(statement).affected }

    /// Adds a statement that leaves together with COMMIT; should it fail, the transaction does.
    public func collect(_ statement: Statement) { collected.append(statement) }

    /// Adds a statement that leaves with COMMIT behind all others; those that gather and are of one shape leave as one.
    ///
    /// For rows that nothing in the transaction reads, whoever's work comes next in it.
    public func collectLast(_ statement: Statement) {
        if statement.gathers, let place = last.firstIndex(where: { $0[0].hasShape(of: statement) }) {
            last[place].append(statement)
        } else {
            last.append([statement])
        }
    }

    /// Adds the statements of works that know nothing of each other: each work's stay in its order, those that gather and are of one shape
    /// leave as one.
    public func collect(together works: [[Statement]]) { collected += Course(works).statements }

    /// Runs `bodies` side by side, and what they ask in one turn leaves as one flight. Returns when all have ended.
    ///
    /// None sees what another has collected, and each may lock the row that another has locked: they are of different aggregates.
    /// - Throws: the first error, by their order; the transaction is of no use then.
    public func sideBySide<R: Sendable>(_ bodies: [@Loop @Sendable () async throws -> R]) async throws -> [R] {
        isSideBySide = bodies.count > 1
        defer { isSideBySide = false }
        var tasks: [Task<R, any Error>] = []
        var begun = ContinuousClock.now
        for body in bodies {
            tasks.append(Loop.start(body))
            guard ContinuousClock.now - begun > Self.slice else { continue }
            await Loop.nextTurn()
            begun = .now
        }
        return try await withTaskCancellationHandler { [tasks] in
            var outcomes: [Result<R, any Error>] = []
            for task in tasks { outcomes.append(await task.result) }
            return try outcomes.map { try $0.get() }
        } onCancel: { [tasks] in
            for task in tasks { task.cancel() }
        }
    }

    /// So long bodies are begun before others on the loop have their turn; meanwhile the server answers the first.
    private static let slice = Duration.microseconds(500)

    /// Lets no statement of this transaction wait longer for a lock.
    public func limitLocks(to limit: Duration) { ahead.append(Statement(unchecked: "set local lock_timeout = \(limit.milliseconds)")) }

    /// Lets what was collected leave with the next statement already, so that it is seen there.
    public func sendAhead() {
        ahead += collected
        collected = []
    }

    /// Runs `body` so that what it does can be undone alone: when it throws, only its own statements are rolled back.
    @discardableResult
    public func savepoint<R>(_ body: @Loop (Lease) async throws -> R) async throws -> R {
        guard !isSideBySide else { throw PostgresError(.misuse, "what others do side by side cannot be undone alone") }
        // What was collected outside belongs before the savepoint.
        sendAhead()
        let before = (ahead: ahead, last: last)
        savepoints += 1
        defer { savepoints -= 1 }
        let name = Savepoint(depth: savepoints)
        ahead.append(name.set)
        do {
            let result = try await body(self)
            let inner = collected
            collected = []
            if inner.isEmpty, ahead.count == before.ahead.count + 1 {
                // Nothing was asked inside.
                ahead = before.ahead
            } else {
                try await send(inner + [name.release])
            }
            return result
        } catch {
            collected = []
            last = before.last
            if ahead.count > before.ahead.count {
                ahead = before.ahead
            } else {
                _ = await connection.run([name.rollBack, name.release], cancellable: false)
            }
            throw error
        }
    }

    /// Sends what is ahead, for what cannot travel with it.
    func begin() async throws(PostgresError) {
        if !ahead.isEmpty || isOver { try await send([]) }
    }

    func run(_ statement: Statement) async throws(PostgresError) -> Rows {
        if isSideBySide { return try await runInCompany(statement) }
        guard let rows = try await send([statement]).last else { throw PostgresError(.server, "the server gave no answer") }
        return rows
    }

    /// The first to ask in a turn sends what all have asked in it.
    private func runInCompany(_ statement: Statement) async throws(PostgresError) -> Rows {
        let company = self.company ?? Company()
        let place = company.statements.count
        company.statements.append(statement)
        if place == 0 {
            self.company = company
            await Task.yield()
            self.company = nil
            do throws(PostgresError) {
                company.answer(.success(Array(try await send(company.statements).suffix(company.statements.count))))
            } catch {
                company.answer(.failure(error))
            }
        }
        let rows = try await company.rows()
        guard place < rows.count else { throw PostgresError(.server, "the server gave no answer") }
        return rows[place]
    }

    /// Sends what is due before them, and the statements, in one flight.
    @discardableResult
    private func send(_ statements: [Statement], commits: Bool = false) async throws(PostgresError) -> [Rows] {
        guard !isOver else { throw PostgresError(.misuse, "the transaction is over") }
        for statement in statements { try statement.check() }
        try Database.checkCancellation()
        let all = ahead + statements
        ahead = []
        let flight = await connection.run(all)
        return try Self.rows(of: flight, commits: commits)
    }

    static func rows(of flight: Flight, commits: Bool) throws(PostgresError) -> [Rows] {
        switch flight.failure {
        case nil: return flight.rows
        case .statement(_, let error), .commit(let error):
            if error.sqlState == "57014", Task.isCancelled { throw .cancelled }
            throw error
        case .lost(let reason, let mayHaveCommitted):
            if Task.isCancelled, !commits { throw .cancelled }
            throw .lost(reason, outcomeUnknown: commits && mayHaveCommitted)
        }
    }

    private func commit() async throws(PostgresError) {
        // BEGIN is still here, alone: nothing was asked.
        if collected.isEmpty, last.isEmpty, ahead.count == 1, !connection.isInTransaction { return }
        let answer = try await send(collected + last.map { Statement.gathered($0) } + ["commit"], commits: true).last
        // The body may have swallowed an error; then the server answers COMMIT by rolling back.
        guard answer?.answer.tag == "COMMIT" else {
            throw PostgresError(.server, "an earlier error rolled the transaction back", sqlState: "25P02")
        }
    }

    /// Runs `body` between BEGIN and COMMIT, or ROLLBACK.
    static func run<R>(on connection: Connection, _ isolation: Isolation, _ body: @Loop (Lease) async throws -> R) async throws -> R {
        let lease = Lease(connection, ahead: [isolation.begin])
        defer { lease.isOver = true }
        do {
            let result = try await body(lease)
            try await lease.commit()
            return result
        } catch {
            lease.isOver = true
            if connection.isInTransaction {
                let flight = await connection.run(["rollback"], cancellable: false)
                if flight.failure != nil { connection.lose("a transaction could not be rolled back") }
            }
            throw error
        }
    }
}

/// What tasks side by side ask in one turn, and who waits for the answers.
@Loop private final class Company {
    var statements: [Statement] = []
    private var outcome: Result<[Rows], PostgresError>?
    private var waiting: [UnsafeContinuation<Void, Never>] = []

    func answer(_ outcome: Result<[Rows], PostgresError>) {
        self.outcome = outcome
        for waiter in waiting { waiter.resume() }
        waiting = []
    }

    /// The flight ends in any case, so nobody waits for ever.
    func rows() async throws(PostgresError) -> [Rows] {
        if outcome == nil { await withUnsafeContinuation { waiting.append($0) } }
        return try outcome?.get() ?? []
    }
}

/// A savepoint by its depth; the names are the program's own.
struct Savepoint {
    let depth: Int
    var set: Statement { Statement(unchecked: "savepoint p\(depth)") }
    var release: Statement { Statement(unchecked: "release savepoint p\(depth)") }
    var rollBack: Statement { Statement(unchecked: "rollback to savepoint p\(depth)") }
}
