public import Contracts
public import EventLoop
public import Postgres
import Telemetry

/// The clock of law and deadlines: real time, which a development profile may run ahead.
@Loop public final class LawClock {
    private let database: Database
    private(set) var ahead: Int64 = 0
    private let mayMove: Bool

    public init(database: Database, mayMove: Bool) {
        self.database = database
        self.mayMove = mayMove
    }

    public var now: Timestamp { Timestamp(microseconds: Timestamp.now.microseconds + ahead) }

    /// How far it runs ahead of real time.
    public var offset: Duration { .microseconds(ahead) }

    /// Reads what another instance, or this one before a restart, has set.
    public func refresh() async throws {
        guard mayMove else { return }
        ahead = try await database.fetch(LawClock.query)
    }

    /// How many microseconds it runs ahead, as the database has it.
    package static let query = Query<Int64>("SELECT ahead FROM law_clock") { try $0.first?.column(0) ?? 0 }

    /// The statement that sets the clock ahead; in force for every instance within a second.
    package static func move(ahead microseconds: Int64) -> Statement {
        "UPDATE law_clock SET ahead = \(microseconds)"
    }
}
