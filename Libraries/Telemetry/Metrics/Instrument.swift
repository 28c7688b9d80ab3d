/// What a time series can be: a `Counter`, a `Gauge` or a `Histogram`.
public protocol Instrument: AnyObject, Sendable {}

/// What the registry needs of an instrument beyond its public face.
protocol RenderedInstrument: Instrument {
    static var kind: MetricKind { get }
    func render(into text: inout MetricsText, name: String, labels: [MetricLabel])
}

extension Counter: RenderedInstrument {}
extension Gauge: RenderedInstrument {}
extension Histogram: RenderedInstrument {}

enum MetricKind: String, Sendable {
    case counter, gauge, histogram
}

struct MetricLabel: Sendable {
    let name: String
    let value: String
}
