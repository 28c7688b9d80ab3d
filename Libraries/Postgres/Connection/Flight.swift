import EventLoop

/// Statements that leave together and end in one Sync; outside a transaction block they are one transaction.
@Loop final class Flight {
    enum Failure {
        /// A statement was refused, by its index; those after it were not run.
        case statement(Int, PostgresError)
        /// All ran, but the commit was refused.
        case commit(PostgresError)
        /// The connection broke. A commit is impossible when the server said good-bye before it had done all statements.
        case lost(String, mayHaveCommitted: Bool)
    }

    enum Step {
        case prepare(PreparedStatement)
        case deallocate(PreparedStatement)
        case statement(Int)
    }

    let statements: [Statement]
    private(set) var rows: [Rows] = []
    var failure: Failure?
    var steps: [Step] = []
    var nextStep = 0
    /// Whether the present step has given its result and only its end is awaited.
    var stepIsAnswered = false
    private var finish: (@Loop (Flight) -> Void)?

    init(_ statements: [Statement], finish: @escaping @Loop (Flight) -> Void) {
        self.statements = statements
        self.finish = finish
        rows.reserveCapacity(statements.count)
        steps.reserveCapacity(statements.count)
    }

    func add(_ answer: AnswerMemory) { rows.append(Rows(answer: answer)) }

    func complete() {
        finish?(self)
        finish = nil
    }
}
