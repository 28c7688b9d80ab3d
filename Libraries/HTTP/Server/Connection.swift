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
        hangUp()
    }

    /// Ends the connection from our side; libmicrohttpd, or the watch of a suspended one, notices and cleans up.
    func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Before the descriptor is closed.
    func closed() {
        departure?.cancel()
        departure = nil
        timer?.cancel()
        timer = nil
    }
}
