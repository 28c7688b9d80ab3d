import CLibpq
import EventLoop
import Glibc

extension Connection {
    /// Asks the server to stop the running statement, if `flight` is still unanswered; a connection that does not obey is dropped.
    func cancel(_ flight: Flight) {
        guard flights.contains(where: { $0 === flight }) else { return }
        cancelsUnderWay += 1
        Loop.spawn { [weak self] in
            await self?.stopRunning()
            self?.cancelHasArrived()
        }
        Loop.timer(after: .seconds(2)) { [weak self, weak flight] in
            guard let self, let flight, flights.contains(where: { $0 === flight }) else { return }
            lose("a cancelled statement did not end")
        }
    }

    /// Asks the server to stop what runs; returns when the server has heard it.
    func stopRunning() async {
        guard let handle, let request = PQgetCancel(handle) else { return }
        let call = CancelCall(request)
        call.begin()
        // A task of its own, since the one that gave up cannot wait any more.
        await Loop.spawn { try? await call.heard.value() }.value
    }

    private func cancelHasArrived() {
        cancelsUnderWay -= 1
        guard cancelsUnderWay == 0 else { return }
        let waiting = cancelWaiters
        cancelWaiters = []
        for waiter in waiting { waiter.resume() }
    }

    /// Sends statements as one flight and waits for its end, however it ends.
    ///
    /// - Parameter cancellable: whether cancelling the task stops the statement.
    func run(_ statements: [Statement], cancellable: Bool = true) async -> Flight {
        // A request to cancel that is still on its way would hit what we are about to send.
        if cancelsUnderWay > 0, isOpen { await withUnsafeContinuation { cancelWaiters.append($0) } }
        var continuation: UnsafeContinuation<Void, Never>?
        let flight = Flight(statements) { _ in
            continuation?.resume()
            continuation = nil
        }
        guard cancellable else {
            await withUnsafeContinuation { continuation = $0; send(flight) }
            return flight
        }
        await withTaskCancellationHandler {
            await withUnsafeContinuation { waiter in
                continuation = waiter
                send(flight)
                // The handler of a task that was cancelled before came too early to find the flight.
                if Task.isCancelled { cancel(flight) }
            }
        } onCancel: {
            Loop.spawn { self.cancel(flight) }
        }
        return flight
    }
}

/// A request to cancel on its way to the server, on a thread of its own.
///
/// `PQcancel` waits until the server has closed the connection that it came over: for ever, when the server stands still. A few of
/// these would take all threads of Swift's pool, and then the process could not even end.
private final class CancelCall: Sendable {
    /// A copy apart from its connection (PQgetCancel).
    // proof: never written after init; PQcancel may use it on any thread (libpq, 34.7), and one thread at most uses and frees it: that of begin().
    private nonisolated(unsafe) let request: OpaquePointer  // proof: above
    let heard: Promise<Void>

    @Loop init(_ request: OpaquePointer) {
        self.request = request
        heard = Promise()
    }

    func begin() {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(self).toOpaque()
        let failure = pthread_create(&thread, nil, { argument in
            guard let argument else { return nil }
            Unmanaged<CancelCall>.fromOpaque(argument).takeRetainedValue().run()
            return nil
        }, argument)
        guard failure != 0 else { return _ = pthread_detach(thread) }
        // No thread to be had: the server is not asked, and the connection is given up soon.
        Unmanaged<CancelCall>.fromOpaque(argument).release()
        PQfreeCancel(request)
        end()
    }

    private func run() {
        var reason = [CChar](repeating: 0, count: 256)
        _ = PQcancel(request, &reason, Int32(reason.count))
        PQfreeCancel(request)
        end()
    }

    private func end() { Loop.spawn { self.heard.succeed(()) } }
}
