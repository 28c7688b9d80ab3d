import EventLoop
import FoundationEssentials
import Postgres

/// A service's own database with a role of its own that owns it, as the deployment makes them.
@Loop final class ServiceDatabase {
    /// As the service connects.
    let url: String
    /// As the test looks into it: a superuser, past every grant.
    let reader: Database
    private let server: String
    private let name: String

    /// - Parameter address: `127.0.0.1:port` by which the service connects, where that is not the server's own.
    init(on server: String, _ name: String, reachedBy address: String? = nil) async throws {
        let password = UUID().uuidString
        self.server = server
        self.name = name
        url = address.map { "postgresql://\(name):\(password)@\($0)/\(name)" }
            ?? ServerURL(server).with(database: name, role: name, password: password)
        try await ServiceDatabase.administer(server) { session in
            try await session.createDatabase(name)
            _ = try await session.fetch(Query("SELECT set_config('test.name', \(name), false), set_config('test.password', \(password), false)") { _ in })
            try await session.execute("""
                DO $$ BEGIN
                    EXECUTE format('CREATE ROLE %I LOGIN PASSWORD %L', current_setting('test.name'), current_setting('test.password'));
                    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_setting('test.name'), current_setting('test.name'));
                    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_setting('test.name'));
                END $$
                """)
        }
        var options = DatabaseOptions(url: ServerURL(server).with(database: name))
        options.connectWait = .seconds(20)
        options.sharedConnections = 1
        reader = Database(options)
    }

    func remove() async {
        await reader.close()
        let name = name
        try? await ServiceDatabase.administer(server) { session in
            try await session.dropDatabase(name)
            _ = try await session.fetch(Query("SELECT set_config('test.name', \(name), false)") { _ in })
            try await session.execute("DO $$ BEGIN EXECUTE format('DROP ROLE IF EXISTS %I', current_setting('test.name')); END $$")
        }
    }

    func count(_ rows: Statement) async throws -> Int {
        try await reader.fetch(Query("SELECT count(*) FROM \(rows)") { Int(try $0.first?.column(0, as: Int64.self) ?? 0) })
    }

    private static func administer(_ url: String, _ body: @Loop (Session) async throws -> Void) async throws {
        var options = DatabaseOptions(url: url)
        options.connectWait = .seconds(20)
        options.connectTimeout = .seconds(20)
        options.statementTimeout = .seconds(60)
        options.sharedConnections = 1
        let database = Database(options)
        do {
            let session = try await database.session()
            try await body(session)
            await session.close()
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }
}

/// A libpq URL of a server, for other databases and roles on it.
struct ServerURL {
    private var place: Substring
    private var settings: [(name: Substring, value: Substring)]

    init(_ text: String) {
        let parts = text.split(separator: "?", maxSplits: 1)
        let slash = parts[0].lastIndex(of: "/") ?? parts[0].endIndex
        place = parts[0][..<slash]
        settings = parts.count < 2 ? [] : parts[1].split(separator: "&").map { pair in
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (halves[0], halves.count > 1 ? halves[1] : "")
        }
    }

    func with(database: String, role: String? = nil, password: String? = nil) -> String {
        var place = String(place)
        var settings = settings
        if let role, let password {
            // What stood before the @ was the server's own role.
            if let at = place.lastIndex(of: "@"), let slash = place.firstIndex(of: "/") {
                place.removeSubrange(place.index(slash, offsetBy: 2)...at)
            }
            settings.removeAll { $0.name == "user" || $0.name == "password" }
            settings += [("user", Substring(role)), ("password", Substring(password))]
        }
        let tail = settings.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        return "\(place)/\(database)" + (tail.isEmpty ? "" : "?\(tail)")
    }
}
