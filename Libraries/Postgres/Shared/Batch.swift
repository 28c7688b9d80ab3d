/// Statements known before any is sent. They commit together, and share the transaction with other batches that wait.
///
/// Since others see the rows within that transaction and share its settings, a batch sets nothing (`SET`) and takes no advisory lock.
public struct Batch: Sendable {
    public var statements: [Statement]
    /// Batches of a transaction run in order of their keys, so that two transactions take locks in one order. The aggregate's id fits.
    public var key: String
    /// Shares its transaction with nobody: for what may be slow.
    public var goesAlone: Bool
    /// May be run again when the connection broke and left the outcome unknown: it guards itself against doing a thing twice.
    public var mayRunAgain: Bool

    public init(statements: [Statement] = [], key: String = "", goesAlone: Bool = false, mayRunAgain: Bool = false) {
        self.statements = statements
        self.key = key
        self.goesAlone = goesAlone
        self.mayRunAgain = mayRunAgain
    }
}
