import EventLoop
import Telemetry

/// Which requests are worked on, which wait for a place, and which are sent away at once.
///
/// First come, first served, and not for long: who has waited past the limit is told to come back, so that the work done
/// is always for somebody who still waits for it. A refusal costs neither the handler nor the reading of a token.
@Loop final class Admission {
    private let options: HTTPServerOptions
    private var inWork = 0
    private var waiting: [(exchange: Exchange, since: ContinuousClock.Instant)] = []
    /// Those before it in `waiting` have had their turn.
    private var first = 0
    private var timer: LoopTimer?
    private var bodyBytes = 0
    private var toldAt: ContinuousClock.Instant?
    private var refusedSince = 0

    init(_ options: HTTPServerOptions) {
        self.options = options
        // Shown from the start, as 0.
        _ = refused
    }

    var waitingCount: Int { waiting.count - first }
    var isFull: Bool { inWork >= options.maxRequests && waitingCount >= options.maxWaiting }

    /// Begins the exchange's work, now or when a place comes free.
    func enter(_ exchange: Exchange) {
        if inWork < options.maxRequests, first == waiting.count { return begin(exchange) }
        if isFull { return refuse(exchange) }
        waiting.append((exchange, ContinuousClock.now))
        if timer == nil { arm() }
    }

    /// A place came free.
    func leave() {
        inWork -= 1
        guard first < waiting.count else { return }
        let oldest = ContinuousClock.now - options.maxWait
        while inWork < options.maxRequests, let next = takeFirst() {
            if next.since < oldest { refuse(next.exchange) } else if next.exchange.isQueued { begin(next.exchange) }
        }
    }

    private func begin(_ exchange: Exchange) {
        inWork += 1
        exchange.begin()
    }

    private func refuse(_ exchange: Exchange) {
        guard exchange.isQueued else { return }
        exchange.finish(.response(exchange.server.overloaded(exchange.request)))
    }

    private func takeFirst() -> (exchange: Exchange, since: ContinuousClock.Instant)? {
        guard first < waiting.count else { return nil }
        let next = waiting[first]
        first += 1
        if first == waiting.count || first >= 64 && first * 2 >= waiting.count {
            waiting.removeFirst(first)
            first = 0
        }
        return next
    }

    private func arm() {
        guard first < waiting.count else { return timer = nil }
        timer = Loop.timer(after: waiting[first].since + options.maxWait - ContinuousClock.now) { [weak self] in self?.sendAway() }
    }

    /// Those whose patience we must not try any longer.
    private func sendAway() {
        let oldest = ContinuousClock.now - options.maxWait
        while first < waiting.count, waiting[first].since <= oldest, let next = takeFirst() { refuse(next.exchange) }
        arm()
    }

    // MARK: bodies

    /// Whether there is room for more of a body that is kept until it is complete.
    func takeBody(_ count: Int) -> Bool {
        guard bodyBytes + count <= options.maxBodyBytes else { return false }
        bodyBytes += count
        return true
    }

    func dropBody(_ count: Int) { bodyBytes -= count }

    // MARK: telling

    /// Counts a refusal, and says so in the log at most every ten seconds.
    func noteRefusal() {
        refused.increment()
        refusedSince += 1
        if let toldAt, ContinuousClock.now - toldAt < .seconds(10) { return }
        toldAt = ContinuousClock.now
        Log.warning("overloaded: requests are refused", ["refused": .int(refusedSince), "inWork": .int(inWork), "waiting": .int(waitingCount)])
        refusedSince = 0
    }
}

private let refused = Metrics.counter("egov_http_overloaded_total", "Requests told to come back because too many were in work and waiting, or too many bytes of bodies kept.")
