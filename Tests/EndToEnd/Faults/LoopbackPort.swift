import Glibc

/// A port of this machine's loopback.
struct LoopbackPort: Sendable {
    var number: UInt16

    func bind(_ descriptor: Int32) -> Bool { withSockaddr { Glibc.bind(descriptor, $0, $1) == 0 } }

    /// The port that the system has given a socket; nil when it has none.
    static func of(_ descriptor: Int32) -> LoopbackPort? {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return result == 0 ? LoopbackPort(number: UInt16(bigEndian: name.sin_port)) : nil
    }

    /// A socket that is connected to it, or on its way; nil when nobody is there.
    func connected() -> Int32? {
        let descriptor = LoopbackPort.socket()
        guard descriptor >= 0 else { return nil }
        if withSockaddr({ connect(descriptor, $0, $1) == 0 || errno == EINPROGRESS }) { return descriptor }
        close(descriptor)
        return nil
    }

    static func socket() -> Int32 {
        Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    private func withSockaddr<R>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> R) -> R {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = number.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}

struct SocketFault: Error { let number: Int32 }
