import Synchronization

/// How far long work has come, on standard error: a bar where someone watches, else a plain line now and then.
public final class ProgressBar: Sendable {
    private struct State {
        var done: Int
        var shownAt: Double
        var isFinished = false
    }

    private let terminal: Terminal
    private let label: String
    private let unit: String
    private let total: Int?
    private let first: Int
    private let clock: @Sendable () -> Double
    private let startedAt: Double
    private let state: Mutex<State>

    /// - Parameters:
    ///   - total: How much there is; `nil` when that is not known.
    ///   - startingAt: What an earlier run had done already; does not count for the rate.
    ///   - clock: Seconds that only grow; the monotonic clock unless a test has its own.
    public init(
        _ label: String, of total: Int?, unit: String = "rows", startingAt done: Int = 0, on terminal: Terminal = .standard,
        clock: @escaping @Sendable () -> Double = ProgressBar.monotonicSeconds
    ) {
        self.terminal = terminal
        self.label = label
        self.unit = unit
        self.total = total
        self.clock = clock
        first = done
        startedAt = clock()
        state = Mutex(State(done: done, shownAt: -.infinity))
    }

    /// Some more is done. From any thread; shown ten times a second on a terminal, else every ten seconds.
    public func advance(by count: Int = 1) {
        let now = clock()
        let isInteractive = terminal.isInteractive(.error)
        state.withLock { state in
            state.done += count
            guard !state.isFinished, now - state.shownAt >= (isInteractive ? 0.1 : 10) else { return }
            state.shownAt = now
            show(state.done, now, isInteractive, isLast: false)
        }
    }

    /// The work is over, whole or not; says what was done, in what time. Further calls do nothing.
    public func finish() {
        let now = clock()
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            show(state.done, now, terminal.isInteractive(.error), isLast: true)
        }
    }

    private func show(_ done: Int, _ now: Double, _ isInteractive: Bool, isLast: Bool) {
        let line = text(done, after: now - startedAt, isLast: isLast, width: isInteractive ? terminal.width : nil)
        terminal.put(isInteractive ? "\r\u{1b}[K" + line + (isLast ? "\n" : "") : line + "\n", to: .error)
    }

    private func text(_ done: Int, after elapsed: Double, isLast: Bool, width: Int?) -> String {
        let rate = elapsed > 0 ? Double(done - first) / elapsed : 0
        var parts = [Self.grouped(done) + (total.map { " of " + Self.grouped($0) } ?? "") + " " + unit]
        if rate > 0, rate < 1e15 { parts.append("\(rate < 10 ? "\((rate * 10).rounded() / 10)" : Self.grouped(Int(rate)))/s") }
        if isLast {
            parts.append("in " + Self.time(elapsed))
        } else if let total, rate > 0, total > done {
            parts.append(Self.time(Double(total - done) / rate) + " left")
        }
        let tail = parts.joined(separator: ", ")
        guard let total, total > 0 else { return "\(label): \(tail)" }
        let share = min(1, max(0, Double(done) / Double(total)))
        let percent = "\(Int(share * 100))%"
        guard let width, !isLast else { return "\(label): \(percent), \(tail)" }
        let room = width - DisplayWidth.of(label) - DisplayWidth.of(tail) - 12
        guard room >= 5 else { return DisplayWidth.cut("\(label): \(percent), \(tail)", to: width - 1) }
        let size = min(30, room)
        let filled = Int(share * Double(size))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: size - filled)
        return "\(label) \(bar) \(percent)  \(tail)"
    }

    private static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var index = digits.count - 3
        while index > 0 {
            digits.insert("\u{a0}", at: index)
            index -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    private static func time(_ seconds: Double) -> String {
        guard seconds < 360_000 else { return "days" }
        let whole = Int(seconds.rounded(.up))
        if whole < 60 { return "\(whole) s" }
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        return "\(whole / 3600) h \(whole / 60 % 60) min"
    }

    private static let origin = ContinuousClock.now

    /// Seconds of the clock that is never set.
    public static let monotonicSeconds: @Sendable () -> Double = {
        let (seconds, attoseconds) = (ContinuousClock.now - origin).components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
