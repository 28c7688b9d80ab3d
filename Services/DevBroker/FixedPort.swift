public import Glibc
import Synchronization

/// librdkafka's mock cluster binds port 0 and takes what it is given; a stand-in that can be configured needs the port
/// it was told. `bind` of this executable comes before the C library's in symbol resolution, so a bind to port 0
/// that happens while a port is wanted becomes a bind to that port.
enum FixedPort {
    /// The port that the next bind to port 0 takes; 0 when none is wanted.
    private static let wanted = Atomic<UInt16>(0)

    /// Runs `body`, in which the first bind to port 0 takes `port`.
    static func during<T>(_ port: UInt16, _ body: () -> T) -> T {
        wanted.store(port, ordering: .sequentiallyConsistent)
        defer { wanted.store(0, ordering: .sequentiallyConsistent) }
        return body()
    }

    /// Why the system would refuse `port` on loopback; nil when it is free. Asked beforehand, because the mock cluster
    /// aborts the process when its bind fails.
    static func refusal(of port: UInt16) -> String? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return String(cString: strerror(errno)) }
        defer { close(descriptor) }
        allowReuse(descriptor)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return call(systemBind, descriptor, address) == 0 ? nil : String(cString: strerror(errno))
    }

    fileprivate static func redirect(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t) -> Int32 {
        guard let bind = systemBind else {
            errno = ENOSYS
            return -1
        }
        guard address.pointee.sa_family == sa_family_t(AF_INET), length >= socklen_t(MemoryLayout<sockaddr_in>.size) else {
            return bind(descriptor, address, length)
        }
        var internet = UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
        guard internet.sin_port == 0 else { return bind(descriptor, address, length) }
        let port = wanted.exchange(0, ordering: .sequentiallyConsistent)
        guard port != 0 else { return bind(descriptor, address, length) }

        internet.sin_port = port.bigEndian
        allowReuse(descriptor)
        return call(bind, descriptor, internet)
    }

    /// Else a restart waits until the last connections have left TIME_WAIT.
    private static func allowReuse(_ descriptor: Int32) {
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func call(_ bind: Bind?, _ descriptor: Int32, _ address: sockaddr_in) -> Int32 {
        withUnsafeBytes(of: address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { bind?(descriptor, $0.baseAddress, socklen_t(bytes.count)) ?? -1 }
        }
    }

    private typealias Bind = @convention(c) (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32

    /// The C library's own `bind`.
    private static let systemBind: Bind? = {
        let next = UnsafeMutableRawPointer(bitPattern: -1)  // RTLD_NEXT, a cast that Swift does not import
        guard let symbol = dlsym(next, "bind") else { return nil }
        // proof: POSIX gives the symbol 'bind' this signature, and dlsym's result is a code address.
        return unsafeBitCast(symbol, to: Bind.self)
    }()
}

/// Takes the place of the C library's `bind` in this process, for librdkafka too: the linker exports it
/// (--export-dynamic-symbol=bind; the static standard library brings --export-dynamic).
@_cdecl("bind")
public func devBrokerBind(_ descriptor: Int32, _ address: UnsafePointer<sockaddr>?, _ length: socklen_t) -> Int32 {
    guard let address else {
        errno = EFAULT
        return -1
    }
    return FixedPort.redirect(descriptor, address, length)
}
