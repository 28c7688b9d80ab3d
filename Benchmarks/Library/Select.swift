import CommandLine
import EventLoop
import FoundationEssentials
import Contracts
import Postgres

/// A row of 250 bytes, as a register has them.
struct Holder: Sendable {
    var id: Int64
    var number: String
    var name: String
    var version: Int32
    var changed: Timestamp
    var note: String

    static func query(_ id: Int64) -> Query<Holder?> {
        .first("SELECT id, number, name, version, changed, note FROM holder WHERE id = \(id)") { row in
            Holder(
                id: try row.column(0), number: try row.column(1), name: try row.column(2), version: try row.column(3),
                changed: try row.column(4), note: try row.column(5))
        }
    }
}

/// Point selects by key, decoded.
enum Select {
    static let tasks = Option("tasks", "How many ask side by side.", default: 64)
    static let rows = Option("rows", "How many rows the table has.", default: 100_000)
    static let connections = Option("connections", "Connections that they share.", default: 1)

    static let command = Command(
        "select", "Point selects by key.", parameters: [Options.database, tasks, rows, connections, Options.warmUp, Options.seconds]
    ) { arguments in
        let url = try arguments[Options.database], tasks = try arguments[tasks], rows = Int64(try arguments[rows])
        let connections = try arguments[connections], warmUp = try arguments[Options.warmUp], seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let database = Database(Options.open(url, connections: connections))
            var random = Xorshift()
            let measured = try await Window.measure(tasks: tasks, warmUp: warmUp, seconds: seconds) { window, _ in
                let id = Int64(random.next() % UInt64(rows)) + 1
                guard let holder = try await database.fetch(Holder.query(id)), holder.id == id else { throw Failed(description: "no row \(id)") }
                window.count()
            }
            await database.close()
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// Marsaglia's generator: cheap, so that it does not show in what is measured.
struct Xorshift: Sendable {
    private var state: UInt64 = 0x9e37_79b9_7f4a_7c15

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
