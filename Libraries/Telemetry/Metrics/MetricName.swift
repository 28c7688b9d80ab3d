/// Prometheus' rules for names, and ours: https://prometheus.io/docs/practices/naming/
enum MetricName {
    /// What is wrong with a declaration, or nothing.
    static func fault(_ name: String, _ kind: MetricKind, labels: [String]) -> String? {
        let words = name.split(separator: "_", omittingEmptySubsequences: false)
        guard isWord(name), words.allSatisfy({ !$0.isEmpty }), name.lowercased() == name else {
            return "a name is made of lower-case words joined by single underscores"
        }
        guard name.hasPrefix("egov_") else { return "a name begins with egov_" }
        if kind == .counter, !name.hasSuffix("_total") { return "the name of a counter ends with _total" }
        if kind != .counter, name.hasSuffix("_total") { return "only the name of a counter ends with _total" }
        if let ending = ["_bucket", "_count", "_sum"].first(where: name.hasSuffix) {
            return "the ending \(ending) belongs to the series of histograms"
        }
        for label in labels {
            if !isWord(label) || label.hasPrefix("__") { return "\"\(label)\" is no label name" }
            if label == "le" || label == "quantile" { return "the label \(label) is reserved" }
        }
        return Set(labels).count == labels.count ? nil : "a label is declared twice"
    }

    static func fault(buckets: [Double]) -> String? {
        guard let first = buckets.first, first.isFinite else { return "a histogram needs bounds that are numbers" }
        let ascends = zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 && $1.isFinite }
        return ascends ? nil : "the bounds of a histogram ascend"
    }

    private static func isWord(_ text: String) -> Bool {
        guard let first = text.utf8.first, !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte | 0x20) || byte == UInt8(ascii: "_")
        }
    }
}
