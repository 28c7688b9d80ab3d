import CommandLine
import EventLoop
import Kafka

/// Batches of 2,000 keyed records, eight in flight, each awaited until it is acknowledged.
enum Produce {
    static let tasks = Option("tasks", "Batches in flight.", default: 8)
    static let batch = Option("batch", "Records in a batch.", default: 2000)

    static let command = Command(
        "produce", "Keyed records of 500 bytes, acknowledged.",
        parameters: [Options.kafka, Options.topic, tasks, batch, Options.warmUp, Options.seconds]
    ) { arguments in
        let kafka = Options.broker(try arguments[Options.kafka]), topic = try arguments[Options.topic], tasks = try arguments[tasks]
        let size = try arguments[batch], warmUp = try arguments[Options.warmUp], seconds = try arguments[Options.seconds]
        let measured = try await Loop.run {
            let producer = try Producer(kafka)
            var records = Records(topic: topic, withHeaders: false)
            let measured = try await Window.measure(tasks: tasks, warmUp: warmUp, seconds: seconds) { window, _ in
                try await producer.send(records.batch(size))
                window.count(size)
            }
            await producer.close()
            return measured
        }
        measured.write(to: arguments.terminal)
    }
}

/// Puts records with a CloudEvent's headers into a topic, for the lines that read.
enum Fill {
    static let records = Option("records", "How many.", default: 600_000)

    static let command = Command(
        "fill", "Makes a topic of four partitions and puts records with headers into it.", parameters: [Options.kafka, Options.topic, records]
    ) { arguments in
        let kafka = Options.broker(try arguments[Options.kafka]), topic = try arguments[Options.topic], count = try arguments[records]
        try await Loop.run {
            try await Topics.make([topic], on: kafka)
            let producer = try Producer(kafka)
            var source = Records(topic: topic, withHeaders: true)
            for _ in stride(from: 0, to: count, by: 5000) { try await producer.send(source.batch(5000)) }
            await producer.close()
        }
    }
}
