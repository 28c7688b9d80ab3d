import CMicrohttpd
import Glibc

/// Host and port of an IP socket address.
struct PeerAddress {
    let host: String
    let port: UInt16

    /// Nil for anything but IPv4 and IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        let size: Int
        switch Int32(address.pointee.sa_family) {
        case AF_INET: size = MemoryLayout<sockaddr_in>.size
        case AF_INET6: size = MemoryLayout<sockaddr_in6>.size
        default: return nil
        }
        var host = [CChar](repeating: 0, count: 64)
        var service = [CChar](repeating: 0, count: 8)
        let flags = NI_NUMERICHOST | NI_NUMERICSERV
        guard getnameinfo(address, socklen_t(size), &host, 64, &service, 8, flags) == 0 else { return nil }
        func text(_ characters: [CChar]) -> String { String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) }
        self.host = text(host)
        port = UInt16(text(service)) ?? 0
    }
}
