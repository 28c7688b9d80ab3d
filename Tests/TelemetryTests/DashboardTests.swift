import Foundation
import TestSupport
import Testing

/// The dashboard for Grafana against the documented metrics; that services show these is for `EndToEnd`.
@Suite struct DashboardTests {
    private let dashboard: [String: Any]

    init() throws {
        let file = DocumentedMetric.root.appending(path: "deploy/grafana/shanyraq.json")
        dashboard = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    }

    private var panels: [[String: Any]] { dashboard["panels"] as? [[String: Any]] ?? [] }

    private func targets(of panel: [String: Any]) -> [[String: Any]] { panel["targets"] as? [[String: Any]] ?? [] }

    @Test func everyExpressionNamesDocumentedMetricsAndEveryMetricIsShown() throws {
        let documented = try DocumentedMetric.all()
        #expect(documented.count > 40)
        var shown: Set<String> = []
        for panel in panels where panel["type"] as? String != "row" {
            let title = panel["title"] as? String ?? ""
            #expect(!targets(of: panel).isEmpty, "\(title)")
            for expression in targets(of: panel).compactMap({ $0["expr"] as? String }) {
                let selectors = expression.matches(of: /\b((?:egov|process)_[a-z0-9_]+)\{([^}]*)\}/)
                #expect(!selectors.isEmpty, "\(title): \(expression)")
                for selector in selectors {
                    let series = String(selector.output.1)
                    let (name, ending) = Self.family(series, documented)
                    let metric = try #require(documented[name], "\(title): \(series) is not documented")
                    #expect((metric.type == "histogram") == !ending.isEmpty, "\(title): \(series)")
                    #expect(metric.type != "counter" || expression.contains("rate(\(series)"), "\(title): a counter is shown without rate()")
                    // Labels: the metric's own, or those of the scrape.
                    let known = metric.labels.union(["service", "instance", "le"])
                    for label in selector.output.2.matches(of: /([a-z_]+)\s*[=!]/) { #expect(known.contains(String(label.output.1)), "\(title): \(label.output.1)") }
                    shown.insert(name)
                }
                for by in expression.matches(of: /by \(([^)]*)\)/) {
                    let labels = Set(by.output.1.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }).subtracting(["service", "instance", "le"])
                    for selector in selectors {
                        let metric = documented[Self.family(String(selector.output.1), documented).name]
                        #expect(labels.isSubset(of: metric?.labels ?? []), "\(title): \(expression)")
                    }
                }
            }
        }
        let missing = Set(documented.keys).subtracting(shown)
        #expect(missing.isEmpty, "no panel shows \(missing.sorted())")
    }

    /// A histogram's series under the name of their family.
    private static func family(_ series: String, _ documented: [String: DocumentedMetric]) -> (name: String, ending: String) {
        for ending in ["_bucket", "_sum", "_count"] where series.hasSuffix(ending) {
            let name = String(series.dropLast(ending.count))
            if documented[name]?.type == "histogram" { return (name, ending) }
        }
        return (series, "")
    }

    @Test func itHasTheRowsAndAsksTheDatasourceThatIsChosen() {
        #expect(panels.filter { $0["type"] as? String == "row" }.compactMap { $0["title"] as? String } == ["Requests", "Database", "Messaging", "Loop", "Process"])
        let variables = ((dashboard["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
        #expect(variables == ["datasource", "service", "instance"])
        for panel in panels where panel["type"] as? String != "row" {
            for source in [panel["datasource"]] + targets(of: panel).map({ $0["datasource"] }) {
                #expect((source as? [String: String]) == ["type": "prometheus", "uid": "${datasource}"])
            }
        }
        let ids = panels.compactMap { $0["id"] as? Int }
        #expect(Set(ids).count == panels.count)
        #expect((dashboard["schemaVersion"] as? Int ?? 0) >= 38)
    }

    @Test func panelsDoNotOverlap() {
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = panel["gridPos"] as? [String: Int] ?? [:]
            guard let x = place["x"], let y = place["y"], let w = place["w"], let h = place["h"] else {
                Issue.record("a panel has no place")
                continue
            }
            #expect(x + w <= 24)
            for column in x..<(x + w) { for line in y..<(y + h) { #expect(taken.insert([column, line]).inserted, "\(panel["title"] ?? "")") } }
        }
    }
}
