import CommandLine
import EventLoop
import FoundationEssentials
import Kafka

/// Reads a filled topic from its beginning as a new group: every header checked to be text, offsets committed.
enum Consume {
    static let command = Command(
        "consume", "Reads a filled topic from its beginning.", parameters: [Options.kafka, Options.topic, Fill.records, Options.seconds]
    ) { arguments in
        let kafka = Options.broker(try arguments[Options.kafka]), topic = try arguments[Options.topic], wanted = try arguments[Fill.records]
        let seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let window = Window()
            let isDone = Promise<Measured>()
            var isRunning = false
            let consumer = try Consumer(kafka, group: "bench-\(UUID().uuidString)", topics: [topic]) { batch in
                if !isRunning {
                    isRunning = true
                    window.begin()
                    _ = Loop.timer(after: .seconds(seconds)) { if !isDone.isResolved { isDone.succeed(window.end()) } }
                }
                var length = 0
                for record in batch.records {
                    record.forEachHeader { _, value in length += textLength(value) }
                }
                guard length > 0 else { return .stop("records without headers") }
                window.count(batch.records.count)
                if window.operations >= wanted, !isDone.isResolved { isDone.succeed(window.end()) }
                return .done
            }
            consumer.start()
            let measured = try await isDone.value()
            await consumer.stop(within: .seconds(5))
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// Bytes of a text, 0 when it is none.
private func textLength(_ value: UnsafeRawBufferPointer) -> Int {
    value.withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span))?.count ?? 0 }
}
