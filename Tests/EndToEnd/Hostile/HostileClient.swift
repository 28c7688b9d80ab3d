import EventLoop
import Glibc

/// A socket that says exactly what a test wants and never waits: what does not leave now is dropped, what is not there is not read.
@Loop final class HostileClient {
    private var descriptor: Int32
    private(set) var isClosed = false

    /// - Parameter address: `127.0.0.1:port`.
    init(_ address: String, receives buffer: Int32? = nil) throws {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw SocketError(number: EINVAL) }
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SocketError(number: errno) }
        if var buffer { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &buffer, socklen_t(MemoryLayout<Int32>.size)) }
        var target = sockaddr_in()
        target.sin_family = sa_family_t(AF_INET)
        target.sin_port = port.bigEndian
        target.sin_addr.s_addr = inet_addr(String(parts[0]))
        let result = withUnsafePointer(to: &target) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        if result != 0, errno != EINPROGRESS { isClosed = true }
    }

    isolated deinit { leave() }

    struct SocketError: Error { let number: Int32 }

    /// How many bytes left.
    @discardableResult func say(_ text: String) -> Int { say(Array(text.utf8)) }

    @discardableResult func say(_ bytes: [UInt8]) -> Int {
        guard !isClosed else { return 0 }
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno != EAGAIN { isClosed = true }
        return max(0, count)
    }

    /// Says the same for ever, until the other side takes no more; says how many bytes left.
    func sayOn(_ bytes: [UInt8], most: Int) -> Int {
        var said = 0
        while said < most {
            let count = say(bytes)
            said += count
            // A part of a text would spoil the next: that is for who asks for it.
            if count < bytes.count { break }
        }
        return said
    }

    /// What has come since it was last asked for.
    func hear() -> String {
        var heard: [UInt8] = []
        withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { buffer in
            while !isClosed {
                let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
                if count > 0 { heard += buffer[..<count]; continue }
                if count == 0 || errno != EAGAIN { isClosed = true }
                break
            }
        }
        return String(decoding: heard, as: UTF8.self)
    }

    /// Whether the other side has ended the connection; what came before is thrown away.
    var isOver: Bool {
        _ = hear()
        return isClosed
    }

    func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Leaves as a process that dies does.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        leave()
    }

    func leave() {
        guard descriptor >= 0 else { return }
        close(descriptor)
        descriptor = -1
        isClosed = true
    }
}

/// As many sockets as the system allows this process.
enum ManySockets {
    /// How many may be open; the soft limit is raised to the hard one.
    static func allow() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Int(clamping: limit.rlim_cur)
    }
}
