import CommandLine
import EventLoop
import Contracts
import Postgres

/// Rows to be written: columns side by side, the key changes from row to row.
@Loop final class Rows500 {
    private(set) var ids: [Int64]
    let numbers: [String]
    let names: [String]
    let versions: [Int32]
    let times: [Timestamp]
    let notes: [String]
    static let count = 500

    init() {
        ids = Array(repeating: 0, count: Rows500.count)
        numbers = (0..<Rows500.count).map { String(100_000_000_000 + $0) }
        names = (0..<Rows500.count).map { "Surname-\($0 + 1000) Given-name-\($0 + 1000) Patronymic" }
        versions = Array(repeating: 1, count: Rows500.count)
        times = Array(repeating: .now, count: Rows500.count)
        notes = Array(repeating: String(repeating: "note ", count: 34), count: Rows500.count)
    }

    private static var last: Int64 = 0

    /// The next keys; the rest stays.
    func advance() {
        for index in ids.indices { ids[index] = Rows500.last + Int64(index) + 1 }
        Rows500.last += Int64(Rows500.count)
    }
}

/// Inserts of 500 rows in one statement by `unnest`, each durable before the next of its task.
enum Insert {
    static let tasks = Option("tasks", "How many insert side by side.", default: 8)

    static let command = Command(
        "insert", "Inserts of 500 rows by unnest.", parameters: [Options.database, tasks, Options.connections, Options.warmUp, Options.seconds]
    ) { arguments in
        let url = try arguments[Options.database], tasks = try arguments[tasks], connections = try arguments[Options.connections]
        let warmUp = try arguments[Options.warmUp], seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let database = Database(Options.open(url, connections: connections))
            let rows = Rows500()
            let measured = try await Window.measure(tasks: tasks, warmUp: warmUp, seconds: seconds) { window, task in
                rows.advance()
                _ = try await database.run(Batch(statements: ["""
                    INSERT INTO holder_new (id, number, name, version, changed, note)
                    SELECT * FROM unnest(\(rows.ids), \(rows.numbers), \(rows.names), \(rows.versions), \(rows.times), \(rows.notes))
                    """], key: "task-\(task)"))
                window.count(Rows500.count)
            }
            await database.close()
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// COPY of rows in the binary format, 50,000 to a transaction.
enum CopyRows {
    static let command = Command(
        "copy", "COPY of rows in the binary format.", parameters: [Options.database, Options.warmUp, Options.seconds]
    ) { arguments in
        let url = try arguments[Options.database], warmUp = try arguments[Options.warmUp], seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let database = Database(Options.open(url))
            let session = try await database.session()
            let rows = Rows500()
            func copy() async throws {
                try await session.copyIn("COPY holder_new (id, number, name, version, changed, note) FROM STDIN (FORMAT binary)") { copy in
                    for _ in 0..<100 {
                        rows.advance()
                        for i in 0..<Rows500.count {
                            try await copy.row(rows.ids[i], rows.numbers[i], rows.names[i], rows.versions[i], rows.times[i], rows.notes[i])
                        }
                    }
                }
            }
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(warmUp) { try await copy() }
            let window = Window()
            window.begin()
            let began = ContinuousClock.now
            repeat {
                try await copy()
                window.count(100 * Rows500.count)
            } while ContinuousClock.now - began < .seconds(seconds)
            let measured = window.end()
            await session.close()
            await database.close()
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}
