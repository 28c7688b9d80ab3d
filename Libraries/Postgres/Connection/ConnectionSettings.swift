import CLibpq
import EventLoop
import Glibc

/// What libpq is told for one connection, in the order in which later words override earlier ones.
struct ConnectionSettings: Sendable {
    private var words: [(keyword: String, value: String)]
    /// The host by name, where one must be looked up.
    private var hostToResolve: String?

    /// - Throws: kind misuse when the URL cannot be parsed; the URL is not in the message, it may hold a password.
    init(_ options: DatabaseOptions, _ purpose: ConnectionPurpose) throws(PostgresError) {
        let given = try Self.parse(options.url)
        words = [
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "15000"), ("dbname", options.url),
            ("application_name", options.applicationName), ("client_encoding", "UTF8"),
        ]
        if let password = options.password { words.append(("password", password)) }
        var startup = "-c TimeZone=UTC"
        if purpose != .session {
            startup += " -c statement_timeout=\(options.statementTimeout.milliseconds)"
            startup += " -c lock_timeout=\(options.lockTimeout.milliseconds)"
            startup += " -c idle_in_transaction_session_timeout=\(options.idleInTransactionTimeout.milliseconds)"
            // Statements here are of few rows, by their keys, and stay planned: a plan that reads a whole table because that was small would
            // stay when it has grown.
            startup += " -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off"
        }
        if let more = given["options"] { startup += " " + more }
        words.append(("options", startup))
        if let host = given["host"], given["hostaddr"] == nil, !host.hasPrefix("/"), !host.hasPrefix("@"), !host.contains(",") {
            hostToResolve = host
        }
    }

    /// Looks the host's name up off the loop, which libpq would do on it.
    func resolved() async throws(PostgresError) -> ConnectionSettings {
        guard let hostToResolve else { return self }
        var settings = self
        do {
            let addresses = try await Loop.offload { Self.addresses(of: hostToResolve) }
            guard !addresses.isEmpty else { throw PostgresError(.unavailable, "the name \(hostToResolve) has no address") }
            // libpq tries pairs of host and address in order.
            settings.words.append(("host", addresses.map { _ in hostToResolve }.joined(separator: ",")))
            settings.words.append(("hostaddr", addresses.joined(separator: ",")))
        } catch let error as PostgresError {
            throw error
        } catch {
            throw .cancelled
        }
        return settings
    }

    /// Begins to connect; nil only without memory.
    func start() -> OpaquePointer? {
        var keywords: [UnsafePointer<CChar>?] = words.map { UnsafePointer(strdup($0.keyword)) }
        var values: [UnsafePointer<CChar>?] = words.map { UnsafePointer(strdup($0.value)) }
        defer { for text in keywords + values { free(UnsafeMutablePointer(mutating: text)) } }
        keywords.append(nil)
        values.append(nil)
        return PQconnectStartParams(keywords, values, 1)
    }

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        // Anything else is the plain name of a database.
        guard url.contains("=") || url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else { return [:] }
        var complaint: UnsafeMutablePointer<CChar>?
        guard let parsed = PQconninfoParse(url, &complaint) else {
            if let complaint { PQfreemem(complaint) }
            throw PostgresError(.misuse, "the database URL is neither postgresql://… nor keyword=value pairs")
        }
        defer { PQconninfoFree(parsed) }
        var found: [String: String] = [:]
        var option = parsed
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val, value.pointee != 0 { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return found
    }

    private static func addresses(of host: String) -> [String] {
        var list: UnsafeMutablePointer<addrinfo>?
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var found: [String] = []
        var entry = list
        while let info = entry {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.pointee.ai_addr, info.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                found.append(String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
            }
            entry = info.pointee.ai_next
        }
        return found
    }
}

extension Duration {
    var milliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}
