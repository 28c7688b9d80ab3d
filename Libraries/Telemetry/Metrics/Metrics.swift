/// The metrics of this process, for Prometheus.
///
/// Declare an instrument once, where it is used, and keep it:
/// ```swift
/// let answered = Metrics.counters("egov_http_requests_total", "Requests answered.", labels: "method", "status")
/// let ok = answered["GET", "200"]     // kept; counting is then one atomic addition
/// ok.increment()
/// ```
/// Names follow https://prometheus.io/docs/practices/naming/ and begin with `egov_`; times are in seconds (`…_seconds`), sizes
/// in bytes, counters end in `_total`. The same declaration twice gives the same instrument.
public enum Metrics {
    static let registry = MetricsRegistry()

    /// The media type of what `render()` returns.
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    public static func counter(_ name: String, _ help: String) -> Counter {
        registry.declare(name, help, labels: [], make: Counter.init).instrument([])
    }

    public static func counters(_ name: String, _ help: String, labels: String...) -> Labelled<Counter> {
        registry.declare(name, help, labels: labels, make: Counter.init)
    }

    public static func gauge(_ name: String, _ help: String) -> Gauge {
        registry.declare(name, help, labels: [], make: Gauge.init).instrument([])
    }

    public static func gauges(_ name: String, _ help: String, labels: String...) -> Labelled<Gauge> {
        registry.declare(name, help, labels: labels, make: Gauge.init)
    }

    /// A gauge whose value is asked each time the metrics are shown, on the thread that shows them. Declared again, the
    /// last observer counts.
    public static func observe(_ name: String, _ help: String, _ value: @escaping @Sendable () -> Double) {
        registry.observe(name, help, value)
    }

    /// - Parameter buckets: Upper bounds, ascending, without infinity.
    public static func histogram(
        _ name: String, _ help: String, buckets: [Double] = Histogram.secondsBuckets
    ) -> Histogram {
        registry.declare(name, help, labels: [], buckets: buckets, make: { Histogram(buckets: buckets) }).instrument([])
    }

    public static func histograms(
        _ name: String, _ help: String, labels: String..., buckets: [Double] = Histogram.secondsBuckets
    ) -> Labelled<Histogram> {
        registry.declare(name, help, labels: labels, buckets: buckets, make: { Histogram(buckets: buckets) })
    }

    /// What was declared or used wrongly since the process started, each once; also logged. Empty in a sound program.
    public static var faults: [String] { registry.faults }

    /// All metrics and those of the process (memory, processor time, descriptors), in Prometheus' text format 0.0.4.
    public static func render() -> [UInt8] {
        var text = MetricsText()
        registry.render(into: &text)
        ProcessMetrics.render(into: &text)
        return text.bytes
    }
}
