import Synchronization

/// One metric with labels: an instrument for every set of label values.
///
/// Look an instrument up once and keep it where the values are known beforehand; a look-up costs a lock and a hash.
/// Label values must come from a small, known set (a method, a status, an operation): never from a person's data.
public final class Labelled<Kind: Instrument>: Sendable {
    /// From this many sets of values on, further ones are counted together under `other`, so that memory stays bounded.
    public static var mostSeries: Int { 1000 }

    let name: String
    let labels: [String]
    private let make: @Sendable () -> Kind
    private let report: @Sendable (String) -> Void
    private let series = Mutex<[[String]: Kind]>([:])

    init(name: String, labels: [String], report: @escaping @Sendable (String) -> Void, make: @escaping @Sendable () -> Kind) {
        self.name = name
        self.labels = labels
        self.report = report
        self.make = make
    }

    /// The instrument for these label values, in the order in which the labels were declared. A wrong number of values is
    /// reported as a fault of the registry and counted with missing values empty and further ones left out.
    public subscript(values: String...) -> Kind { instrument(values) }

    func instrument(_ given: [String]) -> Kind {
        var values = given
        if values.count != labels.count {
            report(
                "\(name) has \(labels.count) labels (\(labels.joined(separator: ", "))), but was given \(given.count) values")
            values = Array((given + Array(repeating: "", count: labels.count)).prefix(labels.count))
        }
        return series.withLock { series in
            if let known = series[values] { return known }
            if series.count >= Self.mostSeries, !labels.isEmpty {
                values = Array(repeating: "other", count: labels.count)
                if let other = series[values] { return other }
            }
            let new = make()
            series[values] = new
            return new
        }
    }

    /// Every series there is, in the order of its label values.
    var all: [(values: [String], instrument: Kind)] {
        series.withLock { series in
            series.map { ($0.key, $0.value) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }
        }
    }
}
