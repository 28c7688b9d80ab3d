import CMicrohttpd
public import EventLoop
import FoundationEssentials
import Glibc
import Telemetry

/// An HTTP/1.1 server in the loop: libmicrohttpd reads and writes, the router's handlers run as tasks of the loop.
///
/// ```swift
/// let server = HTTPServer(HTTPServerOptions(listen: "127.0.0.1:8101"), router: router)
/// try server.start()
/// …
/// await server.stop(within: .seconds(10))
/// ```
@Loop public final class HTTPServer {
    let options: HTTPServerOptions
    /// Requests that come from now on go by it; those under way are not touched.
    public var router: Router
    private var daemon: OpaquePointer?
    private var socket: ListenSocket?
    private var watch: Watch?
    private var hooks: [TurnHook] = []
    private var mustRun = false
    private var wakeTimer: LoopTimer?
    private var wakeDue = ContinuousClock.now
    private var abandoned: [Exchange] = []
    private var connections: [ObjectIdentifier: Connection] = [:]
    /// In the present run.
    private var accepted = 0
    /// Of the connections, those about to be closed for newcomers.
    private var givingWay = 0
    private var makingRoom = MakingRoom { $0.isAwaited }
    private var makingRoomForBodies = MakingRoom { $0.isAwaited && $0.exchange?.keepsBody == true }
    let admission: Admission
    private var tasks = 0
    private var emptied: Promise<Void>?
    /// No new connections; every answer ends its connection.
    private(set) var isStopping = false
    /// Nothing waits any more.
    private(set) var isClosing = false

    public init(_ options: HTTPServerOptions, router: Router) {
        _ = Self.refused
        self.options = options
        self.router = router
        admission = Admission(options)
        // Shown from the start, as 0.
        _ = displaced
    }

    /// Where it listens, with the port that was taken for 0; empty before ``start()``.
    public var boundAddress: String { socket?.address ?? "" }

    /// Requests whose handlers have not ended.
    public var activeRequests: Int { tasks }

    /// Complete requests that wait for a place among those worked on.
    public var waitingRequests: Int { admission.waitingCount }

    public var openConnections: Int { connections.count }

    var isEncrypted: Bool { options.certificateFile != nil }

    /// Listens and serves.
    ///
    /// - Throws: ``HTTPServerError`` that says what is in the way: the address is in use, a file cannot be read …
    public func start() throws {
        guard daemon == nil else { throw HTTPServerError(description: "the server on \(boundAddress) runs already") }
        let tls = try tlsFiles()
        let socket = try ListenSocket(options.listen)
        guard let daemon = startDaemon(on: socket.descriptor, tls: tls) else {
            socket.close()
            let hint = tls == nil ? "" : "; certificate and key must be PEM and belong together"
            throw HTTPServerError(description: "cannot serve on \(options.listen): libmicrohttpd refused its settings\(hint)")
        }
        self.socket = socket
        self.daemon = daemon
        isStopping = false
        isClosing = false
        watch = try Loop.watch(cmhd_epoll_descriptor(daemon), .readable, label: "HTTP") { [weak self] _ in self?.mustRun = true }
        hooks = [
            Loop.eachTurn(.serve) { [self] in if mustRun { run() } },
            Loop.eachTurn(.flush) { [self] in flush() },
        ]
        mustRun = true
    }

    private func tlsFiles() throws -> (certificate: String, key: String)? {
        guard options.certificateFile != nil || options.keyFile != nil else { return nil }
        guard let certificate = options.certificateFile, let key = options.keyFile else {
            throw HTTPServerError(description: "TLS needs both a certificate file and a key file")
        }
        func read(_ path: String) throws -> String {
            if let text = try? String(contentsOfFile: path, encoding: .utf8) { return text }
            let reason = access(path, R_OK) == 0 ? "it is no text in UTF-8" : String(cString: strerror(errno))
            throw HTTPServerError(description: "\(path) cannot be read: \(reason)")
        }
        return (try read(certificate), try read(key))
    }

    // MARK: the turn

    private func run() {
        guard let daemon else { return }
        mustRun = false
        // It accepts ten connections a run; a crowd at the door must not wait for as many turns of a busy loop.
        for _ in 0..<16 {
            accepted = 0
            MHD_run(daemon)
            if accepted < 10 { break }
        }
        let timeout = cmhd_timeout(daemon)
        if timeout == 0 {
            mustRun = true
            Loop.turnAgain()
        } else if timeout > 0 {
            wake(after: .milliseconds(timeout))
        }
    }

    /// Whose client had left before and is not answered within the turn is given up.
    private func flush() {
        let abandoned = self.abandoned
        self.abandoned.removeAll()
        for exchange in abandoned where exchange.isWaiting { exchange.clientLeft() }
        if mustRun { run() }
        if !self.abandoned.isEmpty { Loop.turnAgain() }
    }

    /// A timer that is early enough stays.
    private func wake(after delay: Duration) {
        let due = ContinuousClock.now + delay
        guard wakeTimer == nil || due < wakeDue else { return }
        wakeTimer?.cancel()
        wakeDue = due
        wakeTimer = Loop.timer(after: delay) { [weak self] in
            self?.wakeTimer = nil
            self?.mustRun = true
        }
    }

    func abandonSoon(_ exchange: Exchange) { abandoned.append(exchange) }
    func resumed() { mustRun = true }

    // MARK: connections

    func opened(_ connection: Connection) {
        accepted += 1
        connections[ObjectIdentifier(connection)] = connection
        connection.expect(by: ContinuousClock.now + options.headTimeout)
        do { try connection.watchForDeparture() } catch {
            Log.warning("a client's leaving will be noticed late", ["error": .error(error)])
        }
        if connections.count - givingWay > options.maxConnections {
            displaced.increment()
            givingWay += 1
            (makingRoom.next(among: connections.values) ?? connection).giveWay()
        }
    }

    func began(_ connection: Connection, _ target: String) {
        connection.target = target
        connection.requestStarted = ContinuousClock.now
        connection.awaitedSince = connection.requestStarted
        connection.isBusy = true
        connection.expect(by: connection.requestStarted + options.headTimeout)
    }

    func ended(_ connection: Connection) {
        connection.exchange = nil
        connection.target = ""
        connection.isBusy = false
        connection.awaitedSince = ContinuousClock.now
        // Its answer was begun before the stop, and did not say that it is the last.
        if isStopping { return connection.hangUp() }
        connection.expect(by: connection.awaitedSince + (connection.peerHasLeft ? Connection.farewell : options.idleTimeout))
    }

    func closed(_ connection: Connection) {
        connection.closed()
        if connection.isGivingWay { givingWay -= 1 }
        connections[ObjectIdentifier(connection)] = nil
        checkEmptied()
    }

    /// Whether `count` more bytes of a body may be kept; those who are slow to send theirs make room.
    func mayKeep(_ count: Int, for exchange: Exchange) -> Bool {
        while !admission.takeBody(count) {
            guard let slow = makingRoomForBodies.next(among: connections.values), slow !== exchange.connection else { return false }
            givingWay += 1
            slow.exchange?.giveWay()
        }
        return true
    }

    func taskStarted() { tasks += 1 }

    func taskEnded(_ exchange: Exchange) {
        tasks -= 1
        if exchange.needsPlace { admission.leave() }
        checkEmptied()
    }

    private func checkEmptied() {
        if isStopping, connections.isEmpty, tasks == 0 { emptied?.succeed(()) }
    }

    // MARK: the end

    /// Stops listening, lets the requests that are under way finish, at most for `limit`, answers the others with 503.
    public func stop(within limit: Duration) async {
        guard let daemon, !isStopping else { return }
        isStopping = true
        // Who has asked already is answered: take what has arrived, accept it and read it.
        for _ in 0..<2 { MHD_run(daemon) }
        MHD_quiesce_daemon(daemon)
        socket?.close()
        for connection in connections.values where !connection.isBusy { connection.hangUp() }
        await untilEmpty(limit)
        for connection in connections.values {
            if let exchange = connection.exchange { exchange.giveUp() } else { connection.hangUp() }
        }
        await untilEmpty(.seconds(1))
        // A daemon must not be stopped with a suspended connection: none is suspended from here on.
        isClosing = true
        for connection in connections.values { connection.exchange?.giveUp() }
        MHD_run(daemon)
        for hook in hooks { hook.cancel() }
        hooks = []
        watch?.cancel()
        wakeTimer?.cancel()
        wakeTimer = nil
        self.daemon = nil
        MHD_stop_daemon(daemon)
        socket = nil
    }

    private func untilEmpty(_ limit: Duration) async {
        guard !connections.isEmpty || tasks > 0 else { return }
        let emptied = Promise<Void>()
        self.emptied = emptied
        mustRun = true
        Loop.turnAgain()
        let timer = Loop.timer(after: limit) { emptied.succeed(()) }
        // A cancelled stop waits no longer, and stops all the same.
        try? await emptied.value()
        timer.cancel()
        self.emptied = nil
    }
}

private let displaced = Metrics.counter("egov_http_connections_displaced_total", "Connections closed to make room for newcomers.")
