import CLinux
import Glibc

/// A listening socket of ours, so that a restart can take the address at once and nobody else can share it.
struct ListenSocket {
    let descriptor: Int32
    /// With the port that was taken: `127.0.0.1:43121`, `[::1]:8101`, `unix:/path`.
    let address: String
    /// The path to remove at the end.
    let path: String?

    static let backlog: Int32 = 4096

    /// - Throws: ``HTTPServerError`` that names the address and what is in the way.
    init(_ listen: String) throws(HTTPServerError) {
        if listen.hasPrefix("unix:") {
            try self.init(path: String(listen.dropFirst(5)), listen)
        } else {
            try self.init(address: listen)
        }
    }

    private init(path: String, _ listen: String) throws(HTTPServerError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard !path.isEmpty, path.utf8.count < capacity else {
            throw HTTPServerError(description: "\(listen): the path of a Unix socket has 1 to \(capacity - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let descriptor = try Self.open(AF_UNIX, listen)
        if Self.isStale(address) { unlink(path) }
        // Nobody gets in between: a socket that is bound and does not listen yet takes no connection.
        guard Self.with(&address, { bind(descriptor, $0, $1) }) == 0, chmod(path, 0o660) == 0 else {
            throw Self.failure(listen, errno, closing: descriptor)
        }
        self.descriptor = descriptor
        self.address = listen
        self.path = path
        try Self.listen(descriptor, listen)
    }

    private init(address listen: String) throws(HTTPServerError) {
        guard let colon = listen.lastIndex(of: ":"), let port = UInt16(listen[listen.index(after: colon)...]) else {
            throw HTTPServerError(description: "\(listen): an address is host:port, [host]:port or unix:/path")
        }
        var host = String(listen[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        var hints = addrinfo()
        hints.ai_flags = AI_PASSIVE
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host.isEmpty || host == "*" ? nil : host, String(port), &hints, &found)
        guard code == 0, let found else { throw HTTPServerError(description: "\(listen): \(String(cString: gai_strerror(code)))") }
        defer { freeaddrinfo(found) }
        let descriptor = try Self.open(found.pointee.ai_family, listen)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        guard bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0 else {
            throw Self.failure(listen, errno, closing: descriptor)
        }
        try Self.listen(descriptor, listen)
        self.descriptor = descriptor
        self.address = Self.boundAddress(descriptor) ?? listen
        self.path = nil
    }

    /// Closes the socket and takes its path away.
    func close() {
        Glibc.close(descriptor)
        if let path { unlink(path) }
    }

    private static func open(_ family: Int32, _ listen: String) throws(HTTPServerError) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw HTTPServerError(description: "\(listen): \(String(cString: strerror(errno)))") }
        return descriptor
    }

    private static func listen(_ descriptor: Int32, _ listen: String) throws(HTTPServerError) {
        guard Glibc.listen(descriptor, backlog) == 0 else { throw failure(listen, errno, closing: descriptor) }
    }

    private static func failure(_ listen: String, _ number: Int32, closing descriptor: Int32) -> HTTPServerError {
        Glibc.close(descriptor)
        let hint = number == EADDRINUSE ? "; another process listens there" : ""
        return HTTPServerError(description: "cannot listen on \(listen): \(String(cString: strerror(number)))\(hint)")
    }

    /// A socket file that nobody listens on any more.
    private static func isStale(_ address: sockaddr_un) -> Bool {
        var address = address
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard probe >= 0 else { return false }
        defer { Glibc.close(probe) }
        return with(&address) { connect(probe, $0, $1) } != 0 && errno == ECONNREFUSED
    }

    private static func with<T>(_ address: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }

    private static func boundAddress(_ descriptor: Int32) -> String? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0, let peer = PeerAddress(address) else { return nil }
                return peer.host.contains(":") ? "[\(peer.host)]:\(peer.port)" : "\(peer.host):\(peer.port)"
            }
        }
    }
}
