import Synchronization

/// How values are spread: counts by upper bound, with their sum. For times, in seconds.
public final class Histogram: Instrument {
    /// Upper bounds for times of requests, in seconds: half a millisecond to ten seconds.
    public static let secondsBuckets: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private struct Counts {
        /// One for each bound and one for what is above the last; not cumulative.
        var counts: [UInt64]
        var sum: Double = 0
    }

    /// Upper bounds, each included in its bucket, ascending.
    public let buckets: [Double]
    private let state: Mutex<Counts>

    init(buckets: [Double]) {
        self.buckets = buckets
        state = Mutex(Counts(counts: Array(repeating: 0, count: buckets.count + 1)))
    }

    /// Counts one value. NaN is ignored: it would spoil the sum for ever.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        var index = 0
        while index < buckets.count, value > buckets[index] { index += 1 }
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    /// Counts one span of time, in seconds.
    public func observe(_ duration: Duration) { observe(duration.inSeconds) }

    /// How many values were observed.
    public var count: UInt64 { state.withLock { $0.counts.reduce(0, +) } }
    /// The sum of all observed values.
    public var sum: Double { state.withLock { $0.sum } }

    static var kind: MetricKind { .histogram }

    func render(into text: inout MetricsText, name: String, labels: [MetricLabel]) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var cumulative: UInt64 = 0
        for (bound, count) in zip(buckets + [.infinity], counts) {
            cumulative += count
            let le = MetricLabel(name: "le", value: MetricsText.number(bound))
            text.sample(name + "_bucket", labels + [le], Double(cumulative))
        }
        text.sample(name + "_sum", labels, sum)
        text.sample(name + "_count", labels, Double(cumulative))
    }
}
