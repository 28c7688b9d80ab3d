import Synchronization

/// A number that only grows: what was done, seen or spent since the process started.
public final class Counter: Instrument {
    private let whole = Atomic<UInt64>(0)
    private let fraction = AtomicDouble(0)

    init() {}

    /// Adds a count; one atomic addition. A negative number is ignored, since a counter never falls.
    public func increment(by count: Int = 1) {
        if count > 0 { whole.wrappingAdd(UInt64(count), ordering: .relaxed) }
    }

    /// Adds an amount that need not be whole, such as seconds. What is negative or not a number is ignored.
    public func increment(by amount: Double) {
        if amount > 0, amount.isFinite { fraction.add(amount) }
    }

    public var value: Double { Double(whole.load(ordering: .relaxed)) + fraction.value }

    static var kind: MetricKind { .counter }

    func render(into text: inout MetricsText, name: String, labels: [MetricLabel]) {
        text.sample(name, labels, value)
    }
}
