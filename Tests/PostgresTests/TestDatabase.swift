import EventLoop
import FoundationEssentials
import Glibc
import Postgres
import Testing

let testServer = getenv("TEST_DATABASE_URL").map { String(cString: $0) }

/// A database of a test's own on the server of `TEST_DATABASE_URL`; it is dropped afterwards.
@Loop struct TestDatabase {
    let name: String
    let options: DatabaseOptions

    /// Runs `body` with a new database that the test may tune first.
    nonisolated static func run<T: Sendable>(
        tune: @escaping @Sendable (inout DatabaseOptions) -> Void = { _ in },
        _ body: @escaping @Loop @Sendable (Database) async throws -> T
    ) async throws -> T {
        try await Loop.run {
            await Places.take()
            defer { Places.giveBack() }
            let server = try #require(testServer)
            let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
            let administration = Database(administrationOptions(server))
            let session = try await administration.session()
            try await session.createDatabase(name)
            var options = DatabaseOptions(url: url(server, database: name))
            // Many suites make databases at once; that is slow, not unreachable.
            options.connectWait = .seconds(20)
            options.connectTimeout = .seconds(20)
            tune(&options)
            let database = Database(options)
            let result: Result<T, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            await database.close()
            try await session.dropDatabase(name)
            await session.close()
            await administration.close()
            return try result.get()
        }
    }

    private nonisolated static func administrationOptions(_ server: String) -> DatabaseOptions {
        var options = DatabaseOptions(url: server)
        options.connectTimeout = .seconds(20)
        options.sharedConnections = 1
        return options
    }

    nonisolated static func url(_ server: String, database: String) -> String {
        guard server.contains("://") else { return "\(server) dbname=\(database)" }
        let parts = server.split(separator: "?", maxSplits: 1).map(String.init)
        guard let scheme = parts[0].firstRange(of: "://") else { return server }
        let authority = parts[0][scheme.upperBound...].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).first ?? ""
        return "postgresql://\(authority)/\(database)" + (parts.count > 1 ? "?\(parts[1])" : "")
    }
}

/// How many tests use the server at a time, so that it does not run out of connections.
@Loop private enum Places {
    static var free = 6
    static var waiting: [CheckedContinuation<Void, Never>] = []

    static func take() async {
        if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    }

    static func giveBack() {
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}

func one<T: PostgresDecodable>(_ statement: Statement, as _: T.Type = T.self) -> Query<T> {
    Query(statement) { rows in
        guard let row = rows.first else { throw PostgresError(.decoding, "there is no row") }
        return try row.column(0)
    }
}
