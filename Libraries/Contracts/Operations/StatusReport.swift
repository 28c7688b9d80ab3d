/// How a service is, for operators.
public struct StatusReport: Codable, Sendable, Hashable, Noted {
    public struct Migration: Codable, Sendable, Hashable {
        /// Whose: `service-kit`, `messaging`, the service's own.
        public var set: String
        public var number: Int
        public var name: String
        public var at: Timestamp

        public init(set: String, number: Int, name: String, at: Timestamp) {
            self.set = set
            self.number = number
            self.name = name
            self.at = at
        }
    }

    public struct Outbox: Codable, Sendable, Hashable {
        public var depth: Int64
        /// Age of the oldest message; none when empty.
        public var oldestSeconds: Double?

        public init(depth: Int64, oldestSeconds: Double?) {
            self.depth = depth
            self.oldestSeconds = oldestSeconds
        }
    }

    public struct Lag: Codable, Sendable, Hashable {
        public var consumer: String
        public var topic: String
        /// Messages not yet handled, over all partitions that this instance holds; none when unknown.
        public var messages: Int64?

        public init(consumer: String, topic: String, messages: Int64?) {
            self.consumer = consumer
            self.topic = topic
            self.messages = messages
        }
    }

    public enum Relay: String, Codable, Sendable, Hashable, CaseIterable {
        /// This instance publishes.
        case publishing
        /// Another instance publishes.
        case standingBy = "standing-by"
        /// It cannot publish now: the broker or the database is away.
        case waiting
        /// The service has none.
        case none
    }

    public var service: ServiceName
    public var version: String
    /// Which of several instances answers.
    public var instance: String
    public var startedAt: Timestamp
    public var profile: String
    public var database: Bool
    public var broker: Bool
    public var migrations: [Migration]
    public var outbox: Outbox
    public var relay: Relay
    public var parked: Int64
    public var lag: [Lag]
    public var timersDue: Int64
    public var timersAhead: Int64
    /// Further facts, by which a fault is found and explained; none of services of earlier versions.
    public var details: Details?

    public init(
        service: ServiceName, version: String, instance: String, startedAt: Timestamp, profile: String, database: Bool,
        broker: Bool, migrations: [Migration], outbox: Outbox, relay: Relay, parked: Int64, lag: [Lag], timersDue: Int64,
        timersAhead: Int64, details: Details? = nil
    ) {
        self.service = service
        self.version = version
        self.instance = instance
        self.startedAt = startedAt
        self.profile = profile
        self.database = database
        self.broker = broker
        self.migrations = migrations
        self.outbox = outbox
        self.relay = relay
        self.parked = parked
        self.lag = lag
        self.timersDue = timersDue
        self.timersAhead = timersAhead
        self.details = details
    }

    public static let notes = [
        "instance": "Which of several instances answers.",
        "profile": "The configuration profile: `production` or `development`.",
        "database": "Whether the database can be reached.", "broker": "Whether the broker can be reached.",
        "parked": "Messages that could not take effect and wait for an operator.",
        "timersDue": "Timers past their time and not yet handled.", "timersAhead": "Timers that wait for their time.",
        "details": "Further facts, by which a fault is found and explained.",
    ]
}
