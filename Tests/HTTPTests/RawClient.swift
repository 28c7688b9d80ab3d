import Glibc

/// A socket that says exactly what a test wants, and reads with a limit of ten seconds.
final class RawClient {
    private var descriptor: Int32
    private(set) var received: [UInt8] = []

    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
        }
        guard connected == 0 else { throw SocketError(number: errno) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    deinit { if descriptor >= 0 { Glibc.close(descriptor) } }

    struct SocketError: Error { let number: Int32 }

    /// False when the server has closed.
    @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Reads once; false at the end of the connection, or when nothing came in time.
    private func readMore() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else {
            timedOut = count < 0 && errno == EAGAIN
            return false
        }
        received += buffer[..<count]
        return true
    }

    private(set) var timedOut = false
    var text: String { String(decoding: received, as: UTF8.self) }

    /// All that comes until the server closes.
    func readToEnd() -> String {
        while readMore() {}
        return text
    }

    /// Reads until `mark` has come `times` times.
    @discardableResult func read(until mark: String, times: Int = 1) -> String {
        while text.split(separator: mark, omittingEmptySubsequences: false).count <= times, readMore() {}
        return text
    }

    func halfClose() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Whether the server closes without saying more.
    var isClosedByPeer: Bool {
        while readMore() {}
        return !timedOut
    }

    /// Leaves as a process that dies does.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        Glibc.close(descriptor)
        descriptor = -1
    }
}
