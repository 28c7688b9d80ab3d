import EventLoop
import Kafka
import Postgres
import Telemetry

/// What Kafka has refused and is left alone for a while: a key whose first row is too large for it, or a whole topic.
struct HeldBack {
    private struct Place: Hashable {
        let topic: String
        let key: String
    }

    private var topics: [String: ContinuousClock.Instant] = [:]
    private var keys: [Place: ContinuousClock.Instant] = [:]

    private static let time = Duration.seconds(10)

    func contains(_ row: OutboxRow) -> Bool {
        if topics.isEmpty && keys.isEmpty { return false }
        return topics[row.topic] != nil || keys[Place(topic: row.topic, key: row.key)] != nil
    }

    @Loop mutating func add(_ refused: [OutboxRow], because error: KafkaError) {
        let end = Loop.now + Self.time
        // A row that is too large is its own fault, any other refusal the topic's.
        let isTooLarge = error.code == .messageTooLarge
        for row in refused {
            if isTooLarge { keys[Place(topic: row.topic, key: row.key)] = end } else { topics[row.topic] = end }
        }
        Log.error(
            isTooLarge ? "Kafka does not take a message; later ones of its key wait behind it" : "Kafka does not take these topics; their messages wait",
            ["topics": "\(Set(refused.map(\.topic)).sorted().joined(separator: ", "))", "rows": "\(refused.count)", "error": "\(error)"])
    }

    /// The condition under which a row of the outbox may go, now.
    @Loop mutating func condition() -> Statement {
        if topics.isEmpty && keys.isEmpty { return "true" }
        let now = Loop.now
        topics = topics.filter { $0.value > now }
        keys = keys.filter { $0.value > now }
        let places = Array(keys.keys)
        return """
            aggregatetype <> ALL (\(topics.keys.sorted()))
            AND (aggregatetype, aggregateid) NOT IN (SELECT * FROM unnest(\(places.map(\.topic)), \(places.map(\.key))))
            """
    }
}
