public import Foundation

/// One metric as `deploy/metrics.md` promises it.
public struct DocumentedMetric: Sendable, Hashable {
    public var name: String
    public var type: String
    public var labels: Set<String>

    /// The checkout, from where this file stands.
    public static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The rows of the table, by name.
    public static func all() throws -> [String: DocumentedMetric] {
        let text = try String(contentsOf: root.appending(path: "deploy/metrics.md"), encoding: .utf8)
        var metrics: [String: DocumentedMetric] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|", omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
            let name = cells[1].trimmingCharacters(in: ["`"])
            let labels = cells[3].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            metrics[name] = DocumentedMetric(name: name, type: cells[2], labels: Set(labels))
        }
        return metrics
    }
}
