import Contracts
import EventLoop
import Foundation
import HTTP
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Metrics of running services", .sharedPlatform) struct MetricsTests {
        @Test(arguments: [ServiceName.naturalPersons, .eLicense])
        func `they are the documented ones, by name, type and labels, in Prometheus' format`(_ service: ServiceName) async throws {
            let documented = try DocumentedMetric.all()
            try await onPlatform { platform in
                let receipt = try await platform.submit(as: People.applicant)
                try await platform.untilFacts(receipt.number, .citizen(People.applicant))
                let answer = try await platform.send(Call(service, "GET", "/metrics"))
                #expect(answer.status == 200)
                #expect(answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
                let shown = try Exposition(answer.text)
                let missing = Set(documented.keys).subtracting(shown.families.keys), more = Set(shown.families.keys).subtracting(documented.keys)
                #expect(missing.isEmpty, "documented in deploy/metrics.md, not shown: \(missing.sorted())")
                #expect(more.isEmpty, "shown, not documented in deploy/metrics.md: \(more.sorted())")
                for family in shown.families.values {
                    #expect(family.type == documented[family.name]?.type, "\(family.name)")
                    // A family without a series yet shows no labels.
                    if !family.labels.isEmpty { #expect(family.labels == documented[family.name]?.labels, "\(family.name)") }
                }
                if let place = Platform.variable("TEST_STATE") { try Files.write(answer.body, to: "\(place)/metrics-\(service).txt") }
            }
        }

        @Test func `they count what was done`() async throws {
            try await onPlatform { platform in
                func metrics(_ service: ServiceName) async throws -> [String: Double] {
                    try Exposition(try await platform.send(Call(service, "GET", "/metrics")).text).samples
                }
                let database = try platform.database(.eLicense)
                let before = try await metrics(.eLicense)
                let citizen = Caller.citizen(People.secondApplicant)
                let receipt = try await platform.submit("notary", as: People.secondApplicant)
                try await platform.untilFacts(receipt.number, citizen)
                _ = try await platform.call(Licences.queue, PageRequest(), as: People.official)
                _ = try await platform.send(Call(.eLicense, "GET", "/nowhere"))
                _ = try await platform.send(Call(.eLicense, "GET", "/v1/applications", token: "false"))
                try await platform.untilPublished()
                let after = try await metrics(.eLicense)
                func grown(_ name: String) -> Double { (after[name] ?? -1) - (before[name] ?? 0) }
                #expect(grown(#"egov_http_requests_total{operation="applications.submit",status="2xx"}"#) == 1)
                #expect(grown(#"egov_http_request_seconds_count{operation="applications.submit"}"#) == 1)
                #expect(grown(#"egov_http_requests_total{operation="applications.own",status="4xx"}"#) == 1)
                #expect(grown(#"egov_http_refused_total{status="404"}"#) == 1)
                #expect(grown(#"egov_tokens_total{result="refused"}"#) == 1)
                #expect(grown(#"egov_tokens_total{result="verified"}"#) >= 2)
                #expect(grown("egov_messages_handled_total") >= 1)
                #expect(grown("egov_relay_messages_total") >= 2)
                #expect(grown("egov_relay_batch_size_count") >= 1)
                #expect(grown("egov_consumer_batch_size_count") >= 1)
                #expect(grown("egov_postgres_batch_size_count") >= 1)
                // Every entry that stands in the journal was counted, no other.
                try await eventually("counted are as many entries as there are") {
                    let counted = try await metrics(.eLicense)["egov_journal_entries_total"]
                    return Double(try await database.count("journal")) == counted
                }
                #expect(after["egov_postgres_reachable"] == 1)
                #expect(after[#"egov_postgres_lanes{state="open"}"#] == 2)
                #expect(after["egov_relay_active"] == 1)
                #expect((after["egov_http_connections"] ?? 0) >= 1)
                #expect(after["egov_http_requests_in_flight"] == 0)
                #expect(after["process_resident_memory_bytes"] ?? 0 > 1_000_000)
                // Asked of the store: each application that waits has a deadline, and nothing else is late.
                try await eventually("timers and outbox are shown as the store has them") {
                    let shown = try await metrics(.eLicense)
                    return shown["egov_timers_ahead"] == Double(try await database.count("timer")) && shown["egov_outbox_messages"] == 0
                        && shown["egov_outbox_oldest_seconds"] == 0
                }
                _ = try await database.reader.run(Batch(statements: ["""
                    INSERT INTO parked (id, consumer, topic, partition, "offset", headers, error, message_id, at)
                    VALUES (gen_random_uuid(), 'e-license', 'no-topic', 0, 0, '{}', 'for the test', gen_random_uuid(), now())
                    """]))
                try await eventually("a parked message is shown") { try await metrics(.eLicense)["egov_parked_messages"] == 1 }
            }
        }
    }
}
