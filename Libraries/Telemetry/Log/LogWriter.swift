import Glibc
import Synchronization

/// Writes whole lines to a descriptor, each in one `write(2)`, so that lines of threads do not mix.
final class LogWriter: Sendable {
    static let standardError = LogWriter(descriptor: 2)

    private let descriptor: Int32
    /// A pipe takes at most 4,096 bytes at once undivided; the lock keeps longer lines whole.
    private let turn = Mutex(())

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// A line that a non-blocking descriptor does not take within a second is given up: a stuck log must not stop a service.
    func write(_ line: [UInt8]) {
        turn.withLock { _ in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                var waits = 0
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count > 0 {
                        rest = rest.dropFirst(count)
                    } else if count < 0, errno == EINTR {
                        continue
                    } else if count < 0, errno == EAGAIN, waits < 10 {
                        waits += 1
                        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                        poll(&ready, 1, 100)
                    } else {
                        return
                    }
                }
            }
        }
    }
}
