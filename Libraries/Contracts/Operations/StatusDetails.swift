extension StatusReport {
    /// What tells why something is wrong: clocks, migrations, keys, and what has become of the database.
    public struct Details: Codable, Sendable, Hashable, Noted {
        /// The service's own clock when it answered.
        public var now: Timestamp
        /// PostgreSQL's clock, asked in between.
        public var databaseNow: Timestamp
        /// The clock of law.
        public var lawNow: Timestamp
        /// Migrations that this version has and the database does not.
        public var pending: [Step]
        /// Migrations that the database has and this version does not know: it is older than the database.
        public var unknown: [Step]
        /// Who holds the relay's lock, as PostgreSQL sees the connection; none when nobody does.
        public var relayHolder: RelayHolder?
        /// Keys behind which messages wait.
        public var parkedKeys: Int64
        /// Since when the oldest parked message waits.
        public var parkedSince: Timestamp?
        /// The moment, by the clock of law, for which the oldest due timer was set.
        public var timerDueSince: Timestamp?
        public var keys: Keys
        public var lawData: [LawDatum]
        /// The histories of the database, the present one last: there is more than one after a restore or a failover.
        public var timelines: [Timeline]
        /// Where this database's messages stand on the topics.
        public var published: [Published]
        /// What the service hears.
        public var handled: [Handled]

        public init(
            now: Timestamp, databaseNow: Timestamp, lawNow: Timestamp, pending: [Step] = [], unknown: [Step] = [],
            relayHolder: RelayHolder? = nil, parkedKeys: Int64 = 0, parkedSince: Timestamp? = nil, timerDueSince: Timestamp? = nil,
            keys: Keys, lawData: [LawDatum] = [], timelines: [Timeline] = [], published: [Published] = [], handled: [Handled] = []
        ) {
            self.now = now
            self.databaseNow = databaseNow
            self.lawNow = lawNow
            self.pending = pending
            self.unknown = unknown
            self.relayHolder = relayHolder
            self.parkedKeys = parkedKeys
            self.parkedSince = parkedSince
            self.timerDueSince = timerDueSince
            self.keys = keys
            self.lawData = lawData
            self.timelines = timelines
            self.published = published
            self.handled = handled
        }

        public static let notes = [
            "now": "The service's own clock when it answered.", "databaseNow": "PostgreSQL's clock, asked in between.",
            "lawNow": "The clock of law.", "pending": "Migrations that this version has and the database does not.",
            "unknown": "Migrations that the database has and this version does not know.",
            "relayHolder": "Who holds the relay's lock, as PostgreSQL sees the connection.",
            "parkedKeys": "Keys behind which messages wait.", "parkedSince": "Since when the oldest parked message waits.",
            "timerDueSince": "The moment, by the clock of law, for which the oldest due timer was set.",
            "timelines": "The histories of the database, the present one last.",
            "published": "Where this database's messages stand on the topics.", "handled": "What the service hears.",
        ]
    }

    public struct Step: Codable, Sendable, Hashable {
        public var set: String
        public var number: Int
        public var name: String

        public init(set: String, number: Int, name: String) {
            self.set = set
            self.number = number
            self.name = name
        }
    }

    /// The connection that holds the relay's lock.
    public struct RelayHolder: Codable, Sendable, Hashable {
        /// PostgreSQL's process.
        public var process: Int32
        /// The client's address; none over the local socket.
        public var client: String?
        /// Since when it has done nothing else than what it does now; none where another role's connection does not tell.
        public var since: Timestamp?

        public init(process: Int32, client: String?, since: Timestamp?) {
            self.process = process
            self.client = client
            self.since = since
        }
    }

    /// The service's own keys and the public ones that it trusts, by their names in the set.
    public struct Keys: Codable, Sendable, Hashable {
        public struct Trusted: Codable, Sendable, Hashable {
            public var kid: String
            public var owner: String
            /// `sig` or `enc`.
            public var use: String
            /// From then on it is not accepted.
            public var expires: Timestamp?

            public init(kid: String, owner: String, use: String, expires: Timestamp? = nil) {
                self.kid = kid
                self.owner = owner
                self.use = use
                self.expires = expires
            }
        }

        public var signing: String
        public var opening: String
        public var trusted: [Trusted]

        public init(signing: String, opening: String, trusted: [Trusted]) {
            self.signing = signing
            self.opening = opening
            self.trusted = trusted
        }
    }

    /// Dated data of the law and how far they reach.
    public struct LawDatum: Codable, Sendable, Hashable, Noted {
        public var name: String
        /// The last day for which there are data; none when they hold until they are changed.
        public var until: LocalDate?

        public init(name: String, until: LocalDate?) {
            self.name = name
            self.until = until
        }

        public static let notes = ["until": "The last day for which there are data; none when they hold until they are changed."]
    }

    /// A history of the database as PostgreSQL counts them: a restore, or a standby that takes over, begins the next.
    public struct Timeline: Codable, Sendable, Hashable, Noted {
        public var id: Int32
        /// When the service first met it.
        public var metAt: Timestamp
        /// The last commit that was taken over from the one before; none where the server does not say.
        public var restoredTo: Timestamp?

        public init(id: Int32, metAt: Timestamp, restoredTo: Timestamp?) {
            self.id = id
            self.metAt = metAt
            self.restoredTo = restoredTo
        }

        public static let notes = ["restoredTo": "The last commit that was taken over from the history before."]
    }

    /// Where the messages of one history of the database stand in a partition.
    public struct Published: Codable, Sendable, Hashable, Noted {
        public var timeline: Int32
        public var topic: String
        public var partition: Int32
        /// The offset of the first one.
        public var first: Int64
        /// The offset of the last one that the database knows to be there.
        public var last: Int64

        public init(timeline: Int32, topic: String, partition: Int32, first: Int64, last: Int64) {
            self.timeline = timeline
            self.topic = topic
            self.partition = partition
            self.first = first
            self.last = last
        }

        public static let notes = [
            "first": "The offset of the first one.", "last": "The offset of the last one that the database knows to be there.",
        ]
    }

    /// A kind of message that takes effect in the service.
    public struct Handled: Codable, Sendable, Hashable {
        public var topic: String
        public var type: String

        public init(topic: String, type: String) {
            self.topic = topic
            self.type = type
        }
    }
}
