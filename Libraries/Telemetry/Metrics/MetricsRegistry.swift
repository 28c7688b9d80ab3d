import Synchronization

/// The metrics of a process by name.
final class MetricsRegistry: Sendable {
    private struct Declaration: Sendable {
        let kind: MetricKind
        let help: String
        let labels: [String]
        let buckets: [Double]
        let family: any AnyObject & Sendable
        let render: @Sendable (inout MetricsText) -> Void
    }

    private let declarations = Mutex<[String: Declaration]>([:])
    private let observers = Mutex<[String: @Sendable () -> Double]>([:])
    private let reported = Mutex<[String]>([])

    /// What was declared or used wrongly, each once.
    var faults: [String] { reported.withLock { $0 } }

    /// The metric of this name; made when it is not there yet. One that cannot be declared (a bad name, or the same name with
    /// another kind, labels or bounds) is reported and works, but is not shown.
    func declare<Kind: RenderedInstrument>(
        _ name: String, _ help: String, labels: [String], buckets: [Double] = [], make: @escaping @Sendable () -> Kind
    ) -> Labelled<Kind> {
        let fresh = Labelled(name: name, labels: labels, report: { [weak self] in self?.report($0) }, make: make)
        if let fault = MetricName.fault(name, Kind.kind, labels: labels) {
            report("metric \(name) is not shown: \(fault)")
            return fresh
        }
        if Kind.kind == .histogram, let fault = MetricName.fault(buckets: buckets) {
            report("metric \(name) is not shown: \(fault)")
            return fresh
        }
        let known = declarations.withLock { declarations -> Labelled<Kind>? in
            if let known = declarations[name] {
                guard known.labels == labels, known.buckets == buckets else { return nil }
                return known.family as? Labelled<Kind>
            }
            declarations[name] = Declaration(
                kind: Kind.kind, help: help, labels: labels, buckets: buckets, family: fresh,
                render: { text in
                    for (values, instrument) in fresh.all {
                        let pairs = zip(labels, values).map { MetricLabel(name: $0, value: $1) }
                        instrument.render(into: &text, name: name, labels: pairs)
                    }
                })
            return fresh
        }
        if known == nil {
            report("metric \(name) is declared twice, with another kind, labels or bounds; the second is not shown")
        }
        return known ?? fresh
    }

    /// A gauge that is asked when it is shown; asked anew, the last observer counts.
    func observe(_ name: String, _ help: String, _ value: @escaping @Sendable () -> Double) {
        let gauge = declare(name, help, labels: [], make: Gauge.init).instrument([])
        observers.withLock { observers in
            observers[name] = {
                let now = value()
                gauge.set(to: now)
                return now
            }
        }
    }

    func report(_ fault: String) {
        let isNew = reported.withLock { reported in
            guard !reported.contains(fault), reported.count < 100 else { return false }
            reported.append(fault)
            return true
        }
        if isNew { Log.error("a metric is declared or used wrongly", ["fault": .string(fault)]) }
    }

    func render(into text: inout MetricsText) {
        // Outside the lock: an observer may itself take locks or declare metrics.
        for observer in observers.withLock({ Array($0.values) }) { _ = observer() }
        for (name, declaration) in declarations.withLock({ $0 }).sorted(by: { $0.key < $1.key }) {
            text.header(name, declaration.kind, help: declaration.help)
            declaration.render(&text)
        }
    }
}
