/// How to reach the database and how much of it to use.
public struct DatabaseOptions: Sendable {
    /// libpq's own: `postgresql://user@host/name?sslmode=…` or `host=/run/postgresql dbname=…`.
    public var url: String
    /// Overrides what the URL says; kept apart so that the URL may be shown.
    public var password: String?
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    /// Connections that batches share. Two keep one busy while the other waits for its commit; more rarely help.
    public var sharedConnections = 2
    /// Most connections for transactions that decide in between. They are opened when needed.
    public var leases = 16
    /// How long a transaction waits for a lease to come free.
    public var leaseWait = Duration.seconds(5)
    /// How long work waits for an unreachable database before it fails as unavailable.
    public var connectWait = Duration.seconds(1)
    /// How long one attempt to connect may take.
    public var connectTimeout = Duration.seconds(5)
    /// Longest time of one statement; on sessions there is no limit.
    public var statementTimeout = Duration.seconds(10)
    /// Longest wait for one lock.
    public var lockTimeout = Duration.seconds(3)
    /// Longest time that an open transaction may ask nothing.
    public var idleInTransactionTimeout = Duration.seconds(30)
    /// A connection that owes an answer and is silent for so long is given up; sessions may be silent.
    public var silenceLimit = Duration.seconds(60)
    /// Most batches that share one transaction.
    public var batchesPerTransaction = 64
    /// Most statements that share one transaction, unless a single batch has more.
    public var statementsPerTransaction = 256
    /// Most batches that may wait; more are refused as unavailable.
    public var waitingBatches = 10_000
    /// Statements kept prepared on each connection.
    public var preparedStatements = 256

    public init(url: String, password: String? = nil, applicationName: String = "shanyraq") {
        self.url = url
        self.password = password
        self.applicationName = applicationName
    }
}
