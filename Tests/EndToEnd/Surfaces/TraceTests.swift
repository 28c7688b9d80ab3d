import Contracts
import EventLoop
import Foundation
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Traces and logs") struct TraceTests {
        @Test func `one trace id leads from a request through Kafka and both services' logs to both journals`() async throws {
            var options = Platform.Options()
            options.settings["LOG_LEVEL"] = "debug"
            try await Platform.run(options) { platform in
                let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
                var call = try platform.request(Licences.submit, Licences.Submission(kind: "advocate", language: .kk), as: .citizen(People.applicant))
                call.headers["traceparent"] = "00-\(trace)-00f067aa0ba902b7-01"
                let answer = try await platform.send(call)
                #expect(answer.status == 201)
                let number = try answer.decoded(Licences.Receipt.self).number
                try await platform.untilFacts(number, .citizen(People.applicant))

                // On Kafka: the event, the question and its answer.
                for topic in [ApplicationSubmitted.topic, .inquiries(to: .naturalPersons), .answers(to: .eLicense)] {
                    let records = try await platform.records(of: topic)
                    #expect(!records.isEmpty)
                    for record in records {
                        #expect(record.text("traceparent")?.hasPrefix("00-\(trace)-") == true, "\(topic): \(record.text("traceparent") ?? "no traceparent")")
                    }
                }
                // In the logs of who was asked, who answered, and who took the answer.
                func messages(_ service: ServiceName) async throws -> [String] {
                    try await platform.logLines(of: service).filter { $0["trace_id"]?.string == trace }.compactMap { $0["message"]?.string }
                }
                try await eventually("both services have logged under the trace") {
                    let (asker, register) = (try await messages(.eLicense), try await messages(.naturalPersons))
                    return asker.contains("answered") && asker.contains("message handled") && register.contains("message handled")
                }
                // In both journals.
                for (service, operation) in [(ServiceName.eLicense, Licences.submit.name), (.naturalPersons, Persons.extract.name)] {
                    #expect(
                        try await platform.database(service).count("journal WHERE trace = \(trace) AND operation = \(operation)") == 1,
                        "\(service): \(operation)")
                }
                // A message that is parked is found by its sender's trace, and so is a problem of the server's own.
                let stray = "aaaabbbbccccddddeeeeffff00001111"
                try await platform.publish(
                    .inquiries(to: .naturalPersons), key: "stray", value: Array("{}".utf8),
                    headers: [
                        KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", "1"), KafkaHeader("ce_source", "/e-license"),
                        KafkaHeader("ce_type", "of.no.contract"), KafkaHeader("traceparent", "00-\(stray)-00f067aa0ba902b7-01"),
                    ])
                try await eventually("the parked message is logged under its trace") {
                    try await platform.logLines(of: .naturalPersons).contains {
                        $0["message"] == "message parked" && $0["trace_id"]?.string == stray
                    }
                }
                var lost = Call(.eLicense, "GET", "/nowhere")
                lost.headers["traceparent"] = "00-\(trace)-00f067aa0ba902b7-01"
                #expect(try await platform.send(lost).problem().traceId == trace)

                for service in Catalogue.services { try await platform.checkLog(of: service.name) }
            }
        }
    }
}

extension Platform {
    /// What a service has logged since it started, each line read as JSON.
    func logLines(of name: ServiceName) async throws -> [JSONValue] {
        let log = try service(name).log
        // The last line may be half written.
        let whole = log.lastIndex(of: "\n").map { log[...$0] } ?? ""
        return try whole.split(separator: "\n").map { line in
            do { return try JSON.parse(Array(line.utf8)) } catch { throw NotAJSONLine(service: name, line: String(line), error: "\(error)") }
        }
    }

    /// Every line of a service's log is JSON with time, level, service and message.
    func checkLog(of name: ServiceName) async throws {
        let lines = try await logLines(of: name)
        #expect(!lines.isEmpty)
        for line in lines {
            let level = line["level"]?.string ?? ""
            #expect(
                line["time"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil && ["debug", "info", "warning", "error"].contains(level)
                    && line["service"]?.string == name.rawValue && line["message"]?.string?.isEmpty == false, "\(line)")
        }
    }
}

struct NotAJSONLine: Error, CustomStringConvertible {
    let service: ServiceName
    let line: String
    let error: String
    var description: String { "\(service) has logged what is not JSON (\(error)): \(line)" }
}
