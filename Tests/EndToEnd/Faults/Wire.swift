import EventLoop
import Glibc

/// A forwarder between services and a server that cuts, delays and stands still when it is told to.
@Loop final class Wire {
    /// `127.0.0.1:port` for those who are to go through it.
    let address: String
    /// The server's own port, once that is known.
    var target: LoopbackPort?
    /// How long every piece of data is held back, in both directions.
    var delay = Duration.zero
    /// Nothing goes through, and nobody is told.
    var isStalled = false { didSet { if !isStalled { for link in links.values { link.go() } } } }

    private let listener: Int32
    private var watch: Watch?
    private var links: [ObjectIdentifier: WireLink] = [:]
    private(set) var connections = 0

    /// - Throws: ``SocketFault`` when there is no port to be had.
    init() throws {
        listener = LoopbackPort.socket()
        guard listener >= 0, LoopbackPort(number: 0).bind(listener), listen(listener, 128) == 0, let own = LoopbackPort.of(listener) else {
            throw SocketFault(number: errno)
        }
        address = "127.0.0.1:\(own.number)"
        watch = try Loop.watch(listener, .readable, label: "a wire") { [unowned self] _ in self.accept() }
    }

    /// Ends every connection without a word, as a network that goes away does; says how many.
    @discardableResult func cut() -> Int {
        let cut = links.values
        for link in cut { link.end(abruptly: true) }
        return cut.count
    }

    func close() {
        watch?.cancel()
        cut()
        Glibc.close(listener)
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            _ = fcntl(client, F_SETFL, O_NONBLOCK)
            _ = fcntl(client, F_SETFD, FD_CLOEXEC)
            guard let server = target?.connected() else {
                Glibc.close(client)
                continue
            }
            connections += 1
            guard let link = try? WireLink(client, server, on: self) else { continue }
            links[ObjectIdentifier(link)] = link
        }
    }

    fileprivate func forget(_ link: WireLink) { links[ObjectIdentifier(link)] = nil }
}

/// One connection through a wire.
@Loop private final class WireLink {
    private unowned let wire: Wire
    private var ends: [WireEnd] = []

    init(_ client: Int32, _ server: Int32, on wire: Wire) throws {
        self.wire = wire
        let client = WireEnd(client), server = WireEnd(server)
        ends = [client, server]
        for (own, other) in [(client, server), (server, client)] {
            own.watch = try Loop.watch(own.descriptor, [.readable, .writable, .edgeTriggered], label: "a wire") { [weak self] _ in
                // Kept while it works: an end that closes lets go of it.
                guard let self else { return }
                carry(from: own, to: other)
                carry(from: other, to: own)
            }
        }
    }

    /// Carries what has waited while the wire stood still.
    func go() {
        carry(from: ends[0], to: ends[1])
        carry(from: ends[1], to: ends[0])
    }

    func end(abruptly: Bool = false) {
        for end in ends { end.close(abruptly: abruptly) }
        wire.forget(self)
    }

    private func carry(from source: WireEnd, to sink: WireEnd) {
        guard !source.isClosed, !sink.isClosed, !wire.isStalled else { return }
        source.read(holding: wire.delay)
        let now = Loop.now
        while let piece = source.held.first {
            guard piece.due <= now else {
                Loop.timer(after: piece.due - now) { [weak self] in self?.carry(from: source, to: sink) }
                return
            }
            let sent = sink.write(piece.bytes)
            if sent < 0 { return end() }
            if sent < piece.bytes.count {
                source.held[0].bytes = piece.bytes.dropFirst(sent)
                return
            }
            source.held.removeFirst()
        }
        if source.isAtEnd { end() }
    }
}

/// One side of a connection: what was read there and waits for the other side.
@Loop private final class WireEnd {
    let descriptor: Int32
    var watch: Watch?
    var held: [(bytes: ArraySlice<UInt8>, due: ContinuousClock.Instant)] = []
    private(set) var isAtEnd = false
    private(set) var isClosed = false

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }

    func read(holding delay: Duration) {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while !isAtEnd {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count > 0 {
                held.append((buffer[..<count], Loop.now + delay))
            } else {
                isAtEnd = count == 0 || errno != EAGAIN && errno != ENOTCONN && errno != EINTR
                return
            }
        }
    }

    /// How many bytes left; -1 when the connection is over.
    func write(_ bytes: ArraySlice<UInt8>) -> Int {
        let count = bytes.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        return count >= 0 ? count : errno == EAGAIN || errno == ENOTCONN ? 0 : -1
    }

    func close(abruptly: Bool) {
        guard !isClosed else { return }
        isClosed = true
        watch?.cancel()
        if abruptly {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        Glibc.close(descriptor)
    }
}
