import Synchronization

/// How values are spread: counts by upper bound, with their sum. For times, in seconds.
public final class Histogram: Instrument {
    /// Upper bounds for times of requests, in seconds: half a millisecond to ten seconds.
    public static let secondsBuckets: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    /// Upper bounds for how many went together: powers of two up to 1,024.
    public static let sizeBuckets: [Double] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

    private final class Bucket: Sendable {
        let count = Atomic<UInt64>(0)
    }

    /// Upper bounds, each included in its bucket, ascending.
    public let buckets: [Double]
    /// One for each bound and one for what is above the last; not cumulative.
    private let counts: [Bucket]
    private let total = AtomicDouble(0)

    init(buckets: [Double]) {
        self.buckets = buckets
        counts = (0...buckets.count).map { _ in Bucket() }
    }

    /// Counts one value: two atomic additions, no lock. NaN is ignored: it would spoil the sum for ever.
    public func observe(_ value: Double) {
        guard !value.isNaN else { return }
        var index = 0
        while index < buckets.count, value > buckets[index] { index += 1 }
        counts[index].count.wrappingAdd(1, ordering: .relaxed)
        total.add(value)
    }

    /// Counts one span of time, in seconds.
    public func observe(_ duration: Duration) { observe(duration.inSeconds) }

    /// How many values were observed.
    public var count: UInt64 { counts.reduce(0) { $0 + $1.count.load(ordering: .relaxed) } }
    /// The sum of all observed values.
    public var sum: Double { total.value }

    static var kind: MetricKind { .histogram }

    func render(into text: inout MetricsText, name: String, labels: [MetricLabel]) {
        var cumulative: UInt64 = 0
        for (bound, bucket) in zip(buckets + [.infinity], counts) {
            cumulative += bucket.count.load(ordering: .relaxed)
            let le = MetricLabel(name: "le", value: MetricsText.number(bound))
            text.sample(name + "_bucket", labels + [le], Double(cumulative))
        }
        text.sample(name + "_sum", labels, sum)
        text.sample(name + "_count", labels, Double(cumulative))
    }
}
