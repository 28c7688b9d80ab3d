import CCurl
public import EventLoop

/// An HTTP client in the loop: libcurl keeps connections and speaks the protocol, the loop watches its sockets.
///
/// Redirects are not followed, certificates are checked, only `http` and `https` are spoken.
@Loop public final class HTTPClient {
    let options: HTTPClientOptions
    private let multi: UnsafeMutableRawPointer?
    private var watches: [Int32: Watch] = [:]
    private var timer: LoopTimer?
    private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]

    public init(_ options: HTTPClientOptions = HTTPClientOptions()) {
        self.options = options
        _ = curlIsReady
        multi = curl_multi_init()
        guard let multi else { return }
        ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.maxIdleConnections)
        ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, options.maxConnectionsPerHost)
        // The callbacks are taken away before the client goes.
        ccurl_multi_callbacks(multi, socketChanged, timerChanged, Unmanaged.passUnretained(self).toOpaque())
    }

    isolated deinit {
        timer?.cancel()
        for watch in watches.values { watch.cancel() }
        guard let multi else { return }
        ccurl_multi_callbacks(multi, nil, nil, nil)
        for transfer in transfers.values { curl_multi_remove_handle(multi, transfer.easy) }
        curl_multi_cleanup(multi)
    }

    /// Sends a request and waits for the whole answer, whatever its status.
    ///
    /// Cancelling the task breaks the transfer off.
    public func send(_ request: HTTPClientRequest) async throws(HTTPClientError) -> HTTPClientResponse {
        guard let multi else { throw HTTPClientError(.invalidRequest, "libcurl could not be started") }
        let transfer = try Transfer(request, options)
        transfers[transfer.easy] = transfer
        let code = curl_multi_add_handle(multi, transfer.easy)
        guard code == CURLM_OK else {
            transfers[transfer.easy] = nil
            throw HTTPClientError(.invalidRequest, String(cString: curl_multi_strerror(code)))
        }
        do {
            return try await transfer.done.value()
        } catch let error as HTTPClientError {
            throw error
        } catch {
            remove(transfer)
            throw HTTPClientError(.cancelled, "the request was cancelled")
        }
    }

    private func remove(_ transfer: Transfer) {
        guard let multi, transfers.removeValue(forKey: transfer.easy) != nil else { return }
        curl_multi_remove_handle(multi, transfer.easy)
    }

    private func act(_ socket: Int32, _ events: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, events, &running)
        var code = CURLE_OK
        while let easy = ccurl_next_finished(multi, &code) {
            guard let transfer = transfers[easy] else { continue }
            remove(transfer)
            transfer.finish(code)
        }
    }

    func watch(_ socket: Int32, _ what: Int32) {
        var wanted: LoopEvents = []
        if what == CURL_POLL_IN || what == CURL_POLL_INOUT { wanted.insert(.readable) }
        if what == CURL_POLL_OUT || what == CURL_POLL_INOUT { wanted.insert(.writable) }
        if wanted.isEmpty {
            watches.removeValue(forKey: socket)?.cancel()
        } else if let watch = watches[socket] {
            watch.change(to: wanted)
        } else {
            // Without its watch a transfer ends by its time-out.
            watches[socket] = try? Loop.watch(socket, wanted, label: "HTTP client") { [weak self] events in
                self?.act(socket, curlEvents(events))
            }
        }
    }

    func setTimer(_ milliseconds: Int) {
        timer?.cancel()
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = Loop.timer(after: .milliseconds(milliseconds)) { [weak self] in
            self?.timer = nil
            self?.act(CURL_SOCKET_TIMEOUT, 0)
        }
    }
}

/// libcurl's global state, made once.
private let curlIsReady: Bool = curl_global_init(Int(CURL_GLOBAL_ALL)) == CURLE_OK

private func curlEvents(_ events: LoopEvents) -> Int32 {
    var result: Int32 = 0
    if events.contains(.readable) { result |= CURL_CSELECT_IN }
    if events.contains(.writable) { result |= CURL_CSELECT_OUT }
    if events.contains(.hangup) { result |= CURL_CSELECT_IN | CURL_CSELECT_ERR }
    return result
}

private func client(_ context: UnsafeMutableRawPointer?) -> HTTPClient? {
    context.map { Unmanaged<HTTPClient>.fromOpaque($0).takeUnretainedValue() }
}

private func socketChanged(
    _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
    _ socketContext: UnsafeMutableRawPointer?
) -> Int32 {
    let called = Called(client(context))
    Loop.assumeIsolated { called.with?.watch(socket, what) }
    return 0
}

private func timerChanged(_ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?) -> Int32 {
    let called = Called(client(context))
    Loop.assumeIsolated { called.with?.setTimer(milliseconds) }
    return 0
}
