import CMicrohttpd
import Contracts
import EventLoop

/// One request and its answer: what libmicrohttpd asks in its callbacks, and the handler's task between them.
///
/// The connection is suspended while there is nothing to do but wait for the task.
@Loop final class Exchange {
    enum Answer {
        case response(HTTPResponse)
        case close
    }

    /// A body that is refused is still read up to this size, and dropped as it comes: a client that is busy sending sees a
    /// closed connection, not the answer. What is larger is refused at once.
    static let swallowed = 4 << 20

    let server: HTTPServer
    let connection: Connection
    /// Nil once libmicrohttpd has done with the request.
    private(set) var pointer: OpaquePointer?
    private(set) var request: HTTPRequest
    private(set) var route: Route?
    private var parameters: [String: String] = [:]
    private var refusal: HTTPResponse?
    private var task: Task<Void, Never>?
    private var answer: Answer?
    private var body: [UInt8] = []
    private var pipe: BodyPipe?
    private var bytesReceived = 0
    /// Of the body, as counted among all that are kept.
    private var bytesKept = 0
    private var hasEntered = false
    private(set) var isSuspended = false
    var sending = Sending()

    enum Plan {
        case handle(Route, [String: String])
        case refuse(HTTPResponse, mayGoOn: Bool)
    }

    init(_ server: HTTPServer, _ connection: Connection, _ pointer: OpaquePointer, method: String) {
        self.server = server
        self.connection = connection
        self.pointer = pointer
        request = HTTPRequest(method: method, target: connection.target, headers: receivedHeaders(pointer), remote: connection.remote)
        connection.exchange = self
    }

    /// The head is complete; what is returned says whether the connection goes on.
    func headArrived() -> Bool {
        let size = BodySize(request.headers)
        var mayGoOn = true
        switch server.plan(for: &request) {
        case .handle(let route, let parameters): (self.route, self.parameters) = (route, parameters)
        case .refuse(let response, let mayGoOnAfterIt): (refusal, mayGoOn) = (response, mayGoOnAfterIt)
        }
        let last = connection.requestStarted + (route?.timeout ?? server.options.requestTimeout)
        let isStreamed = route?.streamsBody == true
        connection.expect(by: size.isNone || isStreamed ? last : min(last, ContinuousClock.now + server.options.bodyTimeout))
        if let refusal, !size.isNone, !mayGoOn || size.exceeds(Self.swallowed) || request.headers.contains("Expect") {
            // Queued now, the answer goes out before the body is read, and the connection closes after it.
            return send(refusal)
        }
        if isStreamed, !size.isNone {
            let pipe = BodyPipe()
            pipe.onRoom = { [weak self] in self?.resume() }
            self.pipe = pipe
            start()
            if connection.peerHasLeft { server.abandonSoon(self) }
        }
        return true
    }

    /// A piece of the body is here; says whether the connection goes on and how many bytes were taken.
    func bodyArrived(_ bytes: UnsafeRawBufferPointer) -> (goesOn: Bool, taken: Int) {
        if case .close? = answer { return (false, 0) }
        if let pipe, pipe.isFull, answer == nil {
            suspend()
            return (isSuspended, 0)
        }
        bytesReceived += bytes.count
        let limit = route?.maxBody ?? 0
        guard bytesReceived <= limit + Self.swallowed else { return (false, 0) }
        if refusal == nil, answer == nil {
            if bytesReceived > limit {
                pipe?.end(.failure(BodyTooLarge(limit: limit)))
                if pipe == nil { refusal = server.tooLarge(limit, request) }
                body = []
            } else if let pipe {
                pipe.put(Array(bytes))
            } else if server.mayKeep(bytes.count, for: self) {
                bytesKept += bytes.count
                body.append(contentsOf: bytes)
            } else {
                refusal = server.overloaded(request)
                dropBody()
            }
        }
        return (true, bytes.count)
    }

    /// The request is complete, or the connection was resumed: answer, or wait for the answer.
    func proceed() -> Bool {
        pipe?.end(.success(()))
        if let refusal, answer == nil { answer = .response(refusal) }
        if !hasEntered, answer == nil {
            connection.expect(by: connection.requestStarted + (route?.timeout ?? server.options.requestTimeout))
            start()
        }
        switch answer {
        case .response(let response)?: return send(response)
        case .close?: return false
        case nil:
            suspend()
            return isSuspended
        }
    }

    private func start() {
        hasEntered = true
        if needsPlace { server.admission.enter(self) } else { begin() }
    }

    /// Whether it counts among the requests worked on.
    var needsPlace: Bool { route?.isAlwaysAdmitted == false }

    /// Whether its work is still to begin, and somebody waits for it.
    var isQueued: Bool { task == nil && answer == nil && pointer != nil }

    /// Starts the handler.
    func begin() {
        guard let route else { return }
        request.body = pipe.map { RequestBody($0) } ?? RequestBody(body)
        body = []
        let request = request, parameters = parameters
        server.taskStarted()
        task = Loop.spawn {
            let answer = await self.server.answer(request, route, parameters)
            self.server.taskEnded(self)
            self.finish(answer)
        }
    }

    /// The answer is known; the first one counts.
    func finish(_ answer: Answer) {
        guard self.answer == nil else { return }
        self.answer = answer
        resume()
    }

    private func dropBody() {
        server.admission.dropBody(bytesKept)
        bytesKept = 0
        body = []
    }

    var keepsBody: Bool { bytesKept > 0 }

    /// Ends it for the sake of others, its request incomplete.
    func giveWay() {
        answer = .close
        dropBody()
        connection.giveWay()
    }

    // MARK: suspension

    func suspend() {
        guard let pointer, !isSuspended, !server.isClosing else { return }
        isSuspended = true
        MHD_suspend_connection(pointer)
        if connection.peerHasLeft { server.abandonSoon(self) }
    }

    /// Whether a task works for a client that only waits.
    var isWaiting: Bool { isSuspended || pipe?.isEnded == false }

    func resume() {
        guard isSuspended, let pointer else { return }
        isSuspended = false
        MHD_resume_connection(pointer)
        server.resumed()
    }

    func clientLeft() {
        answer = .close
        breakOff()
        if isSuspended { resume() } else { connection.hangUp() }
    }

    /// Nobody waits for the answer any more.
    private func breakOff() {
        task?.cancel()
        pipe?.end(.failure(BodyBrokenOff()))
        sending.breakOff()
    }

    /// The server's patience is over: 503 to who waits for an answer, an end to everything else.
    func giveUp() {
        let wasWaiting = !sending.hasBegun && answer == nil
        if wasWaiting, !isSuspended, !server.isEncrypted, connection.sayLast(server.unavailable(request)) {
            // Its body is still on the way, and libmicrohttpd takes an answer only when some of it comes.
            answer = .close
            return breakOff()
        }
        if wasWaiting { answer = .response(server.unavailable(request)) }
        breakOff()
        if isSuspended { resume() } else { connection.hangUp() }
    }

    /// The handler has taken too long: whoever waits for its answer gets another, and its task is cancelled. False when it is not the handler
    /// that is late.
    func timedOut() -> Bool {
        guard isSuspended, hasEntered, answer == nil, !sending.hasBegun else { return false }
        breakOff()
        finish(.response(server.timedOut(request)))
        return true
    }

    /// libmicrohttpd has done with the request, well or not.
    func ended(isComplete: Bool) {
        pointer = nil
        isSuspended = false
        if !isComplete { breakOff() }
        dropBody()
        server.options.onFinished?(
            FinishedRequest(
                method: request.method, route: route?.template, path: request.path, remote: request.remote,
                status: sending.status, duration: ContinuousClock.now - connection.requestStarted,
                bytesReceived: bytesReceived, bytesSent: sending.size, isComplete: isComplete && sending.hasBegun))
    }
}

private func receivedHeaders(_ connection: OpaquePointer) -> HTTPHeaders {
    var headers = HTTPHeaders(capacity: 8)
    withUnsafeMutablePointer(to: &headers) { headers in
        cmhd_headers(connection, { context, name, nameSize, value, valueSize in
            guard let context, let name else { return false }
            func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String {
                String(decoding: UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count), as: UTF8.self)
            }
            context.assumingMemoryBound(to: HTTPHeaders.self).pointee.add(text(name, nameSize), text(value, valueSize))
            return true
        }, headers)
    }
    return headers
}
