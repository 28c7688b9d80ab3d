import CommandLine
import EventLoop
import Messaging
import Postgres
import Telemetry

/// The relay alone: a backlog in the outbox, until all is acknowledged and deleted.
enum RelayBacklog {
    static let rows = Option("rows", "How many rows wait.", default: 200_000)

    static let command = Command(
        "relay", "The relay alone, over the backlog that prepare has made.", parameters: [Options.database, Options.kafka, Options.prefix, rows]
    ) { arguments in
        let url = try arguments[Options.database], kafka = try arguments[Options.kafka], prefix = try arguments[Options.prefix]
        let rows = try arguments[rows]
        let measured = try await Loop.run {
            let sample = try Sample(url, kafka, prefix: prefix)
            guard try await sample.count("outbox") == rows else { throw Failed(description: "the outbox has not \(rows) rows: run prepare --backlog") }
            let window = Window()
            window.begin()
            let relay = sample.relay()
            relay.start()
            // Rendering all metrics is no small work: asked rarely, then a question that costs little.
            while Counted.relayed < rows { try await Loop.sleep(for: .milliseconds(50)) }
            while try await sample.count("outbox") > 0 { try await Loop.sleep(for: .milliseconds(2)) }
            window.count(rows)
            let measured = window.end()
            await relay.stop()
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// Outbox row to Kafka to inbox and effect, in one process.
enum EffectBacklog {
    static let command = Command(
        "effect", "Relay and consumer in one process, over the backlog that prepare has made.",
        parameters: [Options.database, Options.kafka, Options.prefix, RelayBacklog.rows]
    ) { arguments in
        let url = try arguments[Options.database], kafka = try arguments[Options.kafka], prefix = try arguments[Options.prefix]
        let rows = try arguments[RelayBacklog.rows]
        let measured = try await Loop.run {
            let sample = try Sample(url, kafka, prefix: prefix)
            guard try await sample.count("outbox") == rows else { throw Failed(description: "the outbox has not \(rows) rows: run prepare --backlog") }
            let window = Window()
            let consumer = try sample.consumer { window.count() }
            consumer.start()
            try await Sample.joined(consumer)
            let relay = sample.relay()
            window.begin()
            relay.start()
            while window.operations < rows { try await Loop.sleep(for: .milliseconds(5)) }
            while try await sample.count("effect") < rows { try await Loop.sleep(for: .milliseconds(5)) }
            var measured = window.end()
            measured.operations = rows
            await consumer.stop()
            await relay.stop()
            guard try await sample.count("inbox") == rows, try await sample.count("effect") == rows, try await sample.count("parked") == 0 else {
                throw Failed(description: "not every row had one effect")
            }
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// Relay and consumer, until the process is ended: one instance of several.
enum Instance {
    static let command = Command(
        "instance", "Relay and consumer, until SIGTERM; says `joined` once it has partitions.",
        parameters: [Options.database, Options.kafka, Options.prefix]
    ) { arguments in
        let url = try arguments[Options.database], kafka = try arguments[Options.kafka], prefix = try arguments[Options.prefix]
        let terminal = arguments.terminal
        try await Loop.run {
            let sample = try Sample(url, kafka, prefix: prefix)
            let consumer = try sample.consumer()
            consumer.start()
            try await Sample.joined(consumer)
            let relay = sample.relay()
            relay.start()
            terminal.write("joined")
            while true { try await Loop.sleep(for: .seconds(3600)) }
        }
    }
}

/// The libraries' own counters, read as an operator reads them.
enum Counted {
    static var relayed: Int {
        let name = "egov_relay_messages_total "
        let line = String(decoding: Metrics.render(), as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name) }
        return line.flatMap { Double($0.dropFirst(name.count)) }.map { Int($0) } ?? 0
    }
}
