import Contracts
package import EventLoop
import FoundationEssentials
import Kafka
package import Postgres

/// Finds out on which message or timer processes end, so that it is parked and not met again and again.
///
/// A run notes which batch of a partition it begins, until the broker has confirmed a commit: after that it costs nothing. A run that finds
/// such a note of another one that was not committed takes those messages one at a time, and commits a note of each before its handler
/// is called. The first timers of every run are taken in the same way.
@Loop package final class CrashWatch {
    private let database: Database
    private let run = UUID.v7()
    private let most: Int
    private var underCare: Promise<Void>?

    /// - Parameter most: how many runs may end on one message before it is parked.
    package init(_ database: Database, most: Int = 3) {
        self.database = database
        self.most = most
    }

    /// Runs `body` while nothing else is taken with care: only one can be what the process ends on.
    func alone<T: Sendable>(_ body: @Loop () async throws -> T) async throws -> T {
        while let underCare {
            try await underCare.value()
            try Task.checkCancellation()
        }
        let mine = Promise<Void>()
        underCare = mine
        defer {
            underCare = nil
            mine.succeed(())
        }
        return try await body()
    }

    /// Notes a batch and tells up to which offset another run may have ended; -1 when none has.
    func begin(_ batch: PartitionBatch, consumer: String) -> Query<Int64> {
        Query("""
            INSERT INTO begun_batch AS b (consumer, topic, partition, run, last)
            VALUES (\(consumer), \(batch.topic), \(batch.partition), \(run), \(batch.records.last?.offset ?? -1))
            ON CONFLICT ON CONSTRAINT begun_batch_pkey DO UPDATE SET run = EXCLUDED.run, last = EXCLUDED.last,
                doubtful_to = CASE WHEN b.run = EXCLUDED.run THEN b.doubtful_to ELSE b.last END
            RETURNING doubtful_to
            """) { try $0.first?.column(0) ?? -1 }
    }

    /// Notes, in a commit of its own, that a handler is called.
    ///
    /// - Throws: ``EndsTheProcess`` when too many runs have got no further.
    func begin(_ id: UUID, consumer: String) async throws {
        let statement: Statement = """
            INSERT INTO begun_handling AS h (consumer, id, run, at) VALUES (\(consumer), \(id), \(run), \(Timestamp.now))
            ON CONFLICT ON CONSTRAINT begun_handling_pkey DO UPDATE SET run = EXCLUDED.run, at = EXCLUDED.at,
                runs = h.runs + CASE WHEN h.run = EXCLUDED.run THEN 0 ELSE 1 END
            RETURNING runs
            """
        // The run is part of the row: done twice it is the same.
        let rows = try await database.run(Batch(statements: [statement], key: "begun", mayRunAgain: true))
        let before = try (rows.first?.first?.column(0) ?? 1 as Int32) - 1
        if before >= most { throw EndsTheProcess(times: Int(before)) }
    }

    /// Its handler has returned; this commits with the effect.
    static func end(_ id: UUID, consumer: String) -> Statement {
        "DELETE FROM begun_handling WHERE consumer = \(consumer) AND id = \(id)"
    }
}

/// The process has ended each time that the handler of a message or timer was called.
struct EndsTheProcess: Error, CustomStringConvertible {
    var times: Int
    var description: String {
        "the service ended \(times) times while this was being handled: see its last log lines before each start, mend the handler, then replay"
    }
}
