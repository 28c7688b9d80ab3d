import CMicrohttpd
import EventLoop
import Glibc

/// One client's connection: its deadlines, and the request that is under way on it.
@Loop final class Connection {
    let descriptor: Int32
    let remote: String
    /// The target of the request whose head is arriving, as sent.
    var target = ""
    /// When the first line of the present request was complete.
    var requestStarted = ContinuousClock.now
    var exchange: Exchange?
    /// Since when the client owes the next word: it came, began a request, or took the answer to one.
    var awaitedSince = ContinuousClock.now
    /// It was ended for the sake of another and is about to be closed.
    private(set) var isGivingWay = false
    private(set) var isClosed = false
    /// From the first line of a request to the end of its answer.
    var isBusy = false
    /// The peer will send nothing more; libmicrohttpd does not see it while the connection is suspended, nor when the
    /// end came together with the last bytes.
    private(set) var peerHasLeft = false
    private var departure: Watch?
    private var deadline: ContinuousClock.Instant?
    private var timer: LoopTimer?
    private var timerDue = ContinuousClock.now

    init(_ connection: OpaquePointer) {
        descriptor = cmhd_descriptor(connection)
        remote = cmhd_peer(connection).flatMap { PeerAddress($0)?.host } ?? "unix"
    }

    /// Watches for the peer's end in the loop's own epoll, once, as long as the connection lives.
    func watchForDeparture() throws {
        departure = try Loop.watch(descriptor, [.hangup, .edgeTriggered], label: "a client") { [weak self] _ in self?.peerLeft() }
    }

    /// Who waits for an answer is gone with it; what was sent before is still read, for a moment.
    private func peerLeft() {
        peerHasLeft = true
        if let exchange, exchange.isWaiting { return exchange.clientLeft() }
        if exchange?.sending.hasBegun != true { expect(by: ContinuousClock.now + Self.farewell) }
    }

    /// How long a connection whose peer has left may take for what is left to read.
    static let farewell = Duration.seconds(1)

    /// What comes next must have come by then; nil: no deadline of ours.
    ///
    /// The timer stays where it is when the deadline moves back, so that a request costs the loop's heap nothing.
    func expect(by deadline: ContinuousClock.Instant?) {
        self.deadline = deadline
        guard let deadline, timer == nil || deadline < timerDue else { return }
        arm(deadline)
    }

    private func arm(_ due: ContinuousClock.Instant) {
        timer?.cancel()
        timerDue = due
        timer = Loop.timer(after: due - ContinuousClock.now) { [weak self] in self?.timerFired() }
    }

    private func timerFired() {
        timer = nil
        guard let deadline else { return }
        if ContinuousClock.now < deadline { return arm(deadline) }
        self.deadline = nil
        if exchange?.timedOut() != true { hangUp() }
    }

    /// Whether the next word is the client's.
    var isAwaited: Bool { !isGivingWay && !isClosed && exchange?.isSuspended != true }

    /// Ends the connection for the sake of another.
    func giveWay() {
        isGivingWay = true
        hangUp()
    }

    /// Writes an answer past libmicrohttpd and ends our direction; false when the socket does not take it whole.
    ///
    /// For a request whose body does not come: nothing was written for it, and nothing will be.
    func sayLast(_ response: HTTPResponse) -> Bool {
        guard let bytes = response.plainText, bytes.withUnsafeBytes({ send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }) == bytes.count
        else { return false }
        shutdown(descriptor, Int32(SHUT_WR))
        return true
    }

    /// Ends the connection from our side; libmicrohttpd, or the watch of a suspended one, notices and cleans up.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Before the descriptor is closed.
    func closed() {
        departure?.cancel()
        departure = nil
        timer?.cancel()
        timer = nil
        // The descriptor may be another's from here on.
        isClosed = true
    }
}

extension HTTPResponse {
    /// As it goes over the wire when its connection ends with it; nil when its body is not at hand.
    fileprivate var plainText: [UInt8]? {
        guard case .bytes(let bytes) = body else { return nil }
        var head = "HTTP/1.1 \(status) \(MHD_get_reason_phrase_for(UInt32(status)).map { String(cString: $0) } ?? "")\r\n"
        for (name, value) in headers { head += "\(name): \(value)\r\n" }
        return Array((head + "Connection: close\r\nContent-Length: \(bytes.count)\r\n\r\n").utf8) + bytes
    }
}
