/// Prometheus' text format 0.0.4, read strictly: https://prometheus.io/docs/instrumenting/exposition_formats/
struct Exposition {
    struct Family: Hashable {
        var name: String
        var type: String
        /// Names of labels, without a histogram's `le`.
        var labels: Set<String> = []
    }

    private(set) var families: [String: Family] = [:]
    private(set) var samples: [String: Double] = [:]

    /// - Throws: ``Malformed`` with the line that is none of the format, or stands where it may not.
    init(_ text: String) throws {
        guard text.hasSuffix("\n") else { throw Malformed(line: "the text does not end with a line feed") }
        var helped: Set<String> = []
        var present = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if line.hasPrefix("# HELP ") {
                guard words.count == 4, !words[3].isEmpty, helped.insert(words[2]).inserted else { throw Malformed(line: line) }
            } else if line.hasPrefix("# TYPE ") {
                guard words.count == 4, ["counter", "gauge", "histogram"].contains(words[3]), helped.contains(words[2]), families[words[2]] == nil
                else { throw Malformed(line: line) }
                present = words[2]
                families[present] = Family(name: present, type: words[3])
            } else {
                let (series, labels, value) = try Self.sample(line)
                let endings = families[present]?.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
                // Samples of a family stand together, under its type.
                guard endings.contains(where: { series == present + $0 }), let end = line.lastIndex(of: " "),
                    samples.updateValue(value, forKey: String(line[..<end])) == nil
                else { throw Malformed(line: line) }
                families[present]?.labels.formUnion(labels.map(\.name).filter { $0 != "le" })
            }
        }
        for family in families.values where family.type == "histogram" { try Self.checkHistogram(family.name, text) }
    }

    struct Malformed: Error, CustomStringConvertible {
        let line: String
        init(line: some StringProtocol) { self.line = String(line) }
        var description: String { "not Prometheus' text format: \(line)" }
    }

    private static func sample(_ line: Substring) throws -> (name: String, labels: [(name: String, value: String)], value: Double) {
        guard let match = line.wholeMatch(of: /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\]|\\\\|\\"|\\n)*",?)*)\})? (\S+)/),
            let value = Double(match.output.3 == "+Inf" ? "inf" : String(match.output.3))
        else { throw Malformed(line: line) }
        let labels = (match.output.2 ?? "").matches(of: /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/).map { (String($0.output.1), String($0.output.2)) }
        return (String(match.output.1), labels, value)
    }

    /// Buckets are cumulative, and the last one is the count.
    private static func checkHistogram(_ name: String, _ text: String) throws {
        var last = 0.0
        for line in text.split(separator: "\n") where line.hasPrefix("\(name)_bucket") || line.hasPrefix("\(name)_count") {
            let (series, labels, value) = try sample(line)
            let bound = labels.first { $0.name == "le" }?.value
            if series == "\(name)_count" {
                guard value == last else { throw Malformed(line: line) }
                last = 0
            } else {
                guard bound != nil, value >= last else { throw Malformed(line: line) }
                last = value
            }
        }
    }
}
