import Foundation
import Testing

@testable import Telemetry

private func text(_ registry: MetricsRegistry) -> String {
    var text = MetricsText()
    registry.render(into: &text)
    return String(decoding: text.bytes, as: UTF8.self)
}

private func counters(_ registry: MetricsRegistry, _ name: String, _ labels: [String] = []) -> Labelled<Counter> {
    registry.declare(name, "Help.", labels: labels, make: Counter.init)
}

@Suite struct MetricsTests {
    let registry = MetricsRegistry()

    @Test func countersGaugesAndHistogramsAreShownAsPrometheusReadsThem() {
        counters(registry, "egov_b_total", ["method", "status"])["GET", "200"].increment(by: 3)
        counters(registry, "egov_b_total", ["method", "status"])["GET", "404"].increment(by: 0.5)
        registry.declare("egov_a_open", "Open now.", labels: [], make: Gauge.init).instrument([]).set(to: -2.5)
        let times = registry.declare(
            "egov_c_seconds", "Times.", labels: [], buckets: [0.1, 1], make: { Histogram(buckets: [0.1, 1]) })
        times.instrument([]).observe(0.1)
        times.instrument([]).observe(.milliseconds(500))
        times.instrument([]).observe(7.0)
        times.instrument([]).observe(.nan)
        #expect(
            text(registry) == """
                # HELP egov_a_open Open now.
                # TYPE egov_a_open gauge
                egov_a_open -2.5
                # HELP egov_b_total Help.
                # TYPE egov_b_total counter
                egov_b_total{method="GET",status="200"} 3
                egov_b_total{method="GET",status="404"} 0.5
                # HELP egov_c_seconds Times.
                # TYPE egov_c_seconds histogram
                egov_c_seconds_bucket{le="0.1"} 1
                egov_c_seconds_bucket{le="1"} 2
                egov_c_seconds_bucket{le="+Inf"} 3
                egov_c_seconds_sum 7.6
                egov_c_seconds_count 3

                """)
        #expect(registry.faults.isEmpty)
    }

    @Test func helpAndLabelValuesAreEscaped() {
        _ = registry.declare("egov_x", "A \\ and\na \"quote\".", labels: ["path"], make: Gauge.init)["C:\\\n\"x\""]
        #expect(text(registry).contains(#"# HELP egov_x A \\ and\na "quote"."#))
        #expect(text(registry).contains(#"egov_x{path="C:\\\n\"x\""} 0"#))
    }

    @Test func theSameDeclarationIsTheSameInstrument() {
        let first = counters(registry, "egov_same_total").instrument([])
        let second = counters(registry, "egov_same_total").instrument([])
        #expect(first === second)
        let labelled = counters(registry, "egov_labelled_total", ["a"])
        #expect(labelled["x"] === counters(registry, "egov_labelled_total", ["a"])["x"])
        #expect(labelled["x"] !== labelled["y"])
    }

    @Test func anotherDeclarationUnderAKnownNameIsReportedAndNotShown() throws {
        counters(registry, "egov_twice_total").instrument([]).increment()
        let lines = LogCapture.lines {
            counters(registry, "egov_twice_total", ["a"])["x"].increment(by: 41)
            registry.declare("egov_twice_total", "", labels: [], buckets: [1], make: { Histogram(buckets: [1]) }).instrument([])
                .observe(1)
        }
        #expect(text(registry).contains("egov_twice_total 1\n"))
        #expect(!text(registry).contains("41"))
        #expect(registry.faults.contains { $0.contains("egov_twice_total is declared twice") })
        #expect(lines.contains { $0.contains("egov_twice_total") && $0.contains(#""level":"error""#) })
    }

    @Test(arguments: [
        ("requests_total", [], "egov_"), ("egov_requests", [], "_total"), ("egov_Requests_total", [], "lower-case"),
        ("egov_a__b_total", [], "single underscores"), ("egov_a:b_total", [], "lower-case"), ("egov_ж_total", [], "lower-case"),
        ("egov_ok_total", ["1a"], "label name"), ("egov_ok_total", ["__a"], "label name"),
        ("egov_ok_total", ["a", "a"], "twice"),
        ("egov_ok_total", ["le"], "reserved"),
    ])
    func namesThatBreakTheRulesAreReportedAndNotShown(name: String, labels: [String], fault: String) {
        _ = counters(registry, name, labels).instrument(labels)
        #expect(registry.faults.count == 1)
        #expect(registry.faults.first?.contains(fault) == true)
        #expect(text(registry).isEmpty)
    }

    @Test(arguments: [[], [2, 1], [1, 1], [1, .infinity], [.nan]] as [[Double]])
    func boundsThatDoNotAscendAreReported(buckets: [Double]) {
        _ = registry.declare("egov_h_seconds", "", labels: [], buckets: buckets, make: { Histogram(buckets: buckets) })
        #expect(registry.faults.count == 1)
    }

    @Test func aWrongNumberOfLabelValuesIsReportedAndCounted() {
        let family = counters(registry, "egov_odd_total", ["a", "b"])
        family["x"].increment()
        family["x"].increment()
        #expect(registry.faults.count == 1)
        #expect(text(registry).contains(#"egov_odd_total{a="x",b=""} 2"#))
    }

    @Test func seriesDoNotGrowWithoutEnd() {
        let family = counters(registry, "egov_many_total", ["id"])
        for number in 0..<Labelled<Counter>.mostSeries + 50 { family["\(number)"].increment() }
        #expect(family.all.count == Labelled<Counter>.mostSeries + 1)
        #expect(text(registry).contains(#"egov_many_total{id="other"} 50"#))
    }

    @Test func aCounterNeverFalls() {
        let counter = Counter()
        counter.increment(by: 5)
        counter.increment(by: -3)
        counter.increment(by: -0.5)
        counter.increment(by: Double.nan)
        #expect(counter.value == 5)
    }

    @Test func nothingIsLostBetweenThreads() async {
        let (counter, gauge, histogram) = (Counter(), Gauge(), Histogram(buckets: [1]))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<5000 {
                        counter.increment()
                        counter.increment(by: 0.5)
                        gauge.increment(by: 2)
                        gauge.decrement()
                        histogram.observe(0.5)
                    }
                }
            }
        }
        #expect(counter.value == 30_000)
        #expect(gauge.value == 20_000)
        #expect(histogram.count == 20_000)
        #expect(histogram.sum == 10_000)
    }

    @Test func anObserverIsAskedWhenShown() {
        registry.observe("egov_depth", "Depth.") { 1 }
        registry.observe("egov_depth", "Depth.") { 7 }
        #expect(text(registry).contains("egov_depth 7\n"))
    }

    @Test func theProcessTellsOfItself() throws {
        let shown = String(decoding: Metrics.render(), as: UTF8.self)
        func value(_ name: String) throws -> Double {
            let line = try #require(shown.split(separator: "\n").first { $0.hasPrefix(name + " ") })
            return try #require(Double(line.dropFirst(name.count + 1)))
        }
        #expect(try value("process_resident_memory_bytes") > 1_000_000)
        #expect(try value("process_cpu_seconds_total") > 0)
        #expect(try value("process_open_fds") >= 3)
        #expect(try value("process_max_fds") >= value("process_open_fds"))
        let started = try value("process_start_time_seconds")
        #expect(started < Date.now.timeIntervalSince1970 + 2 && started > Date.now.timeIntervalSince1970 - 86_400)
    }
}
