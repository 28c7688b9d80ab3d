/// A number that rises and falls: what is open, waiting or held now.
public final class Gauge: Instrument {
    private let current = AtomicDouble(0)

    init() {}

    public func set(to value: Double) { current.set(value) }
    public func set(to value: Int) { current.set(Double(value)) }
    public func increment(by amount: Double = 1) { current.add(amount) }
    public func decrement(by amount: Double = 1) { current.add(-amount) }

    public var value: Double { current.value }

    static var kind: MetricKind { .gauge }

    func render(into text: inout MetricsText, name: String, labels: [MetricLabel]) {
        text.sample(name, labels, value)
    }
}
