import Contracts
import EventLoop
import FoundationEssentials
import Kafka
@testable import Messaging
import Postgres
import TestSupport
import Trust

/// One step of an item: steps of an item have an order, items have none among themselves.
struct ItemMoved: Event {
    var item: String
    var step: Int
    static let type = "kz.egov.workshop.item-moved.v1"
    static let topic = Topic("workshop", "item")
    static let summary = "An item went one step further."
    var key: String { item }
}

/// What took effect, in the order in which it did.
struct Effect: Sendable, Hashable {
    var item: String
    var step: Int
    var by: String
}

/// A service without its edge: a database, a topic of four partitions, and whatever of Messaging a test runs over them.
@Loop final class Workshop {
    let place: TestPlace
    let database: Database
    let parties: Parties
    /// The broker: the one that the tests run on, unless a test has its own.
    let kafka: KafkaOptions
    private var pools: [Database] = []

    /// - Parameter kafka: a broker of the test's own, which makes topics by itself.
    nonisolated static func run(
        on kafka: KafkaOptions? = nil, _ body: @escaping @Loop @Sendable (Workshop) async throws -> Void
    ) async throws {
        try await Loop.run {
            let shop = try await Workshop(on: kafka)
            let outcome: Result<Void, any Error>
            do { outcome = .success(try await body(shop)) } catch { outcome = .failure(error) }
            for pool in shop.pools { await pool.close() }
            await shop.database.close()
            try await shop.place.remove()
            try outcome.get()
        }
    }

    private init(on own: KafkaOptions?) async throws {
        place = try await TestPlace.make()
        database = place.open()
        kafka = own ?? place.kafka
        parties = try Parties()
        try await database.apply([MessagingSchema.migrations, Workshop.migrations])
        // DevBroker makes a topic when somebody asks for it, and cannot administer any.
        guard Servers.isRealKafka, own == nil else { return }
        let admin = try Admin(place.kafka)
        _ = try await admin.createTopics([ItemMoved.topic, .answers(to: "workshop")].map {
            TopicSpec(name: $0.name(prefix: place.prefix), partitions: 4, replication: 1)
        })
        await admin.close()
    }

    /// `die()` ends the connection it runs on, the first so many times that `deaths` has left: numbers of a sequence do not roll back.
    private static var migrations: MigrationSet {
        MigrationSet(series: "workshop", migrations: [Migration(number: 1, name: "workshop", sql: """
            CREATE TABLE effect (seq bigint GENERATED ALWAYS AS IDENTITY, item text NOT NULL, step bigint NOT NULL, who text NOT NULL);
            CREATE SEQUENCE deaths;
            CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF nextval('deaths') <= 3 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF;
                RETURN NULL;
            END $$;
            """)])
    }

    var topic: String { ItemMoved.topic.name(prefix: place.prefix) }

    // MARK: What runs

    /// A pool of an instance's own, whose connections can be told from others'.
    func pool(_ name: String, statementTimeout: Duration = .seconds(10)) -> Database {
        var options = DatabaseOptions(url: place.databaseURL, applicationName: name)
        options.statementTimeout = statementTimeout
        options.connectWait = .seconds(20)
        options.connectTimeout = .seconds(20)
        let pool = Database(options)
        pools.append(pool)
        return pool
    }

    func workPlace(_ database: Database) -> WorkPlace {
        WorkPlace(service: "workshop", numbers: NumberBlocks(database: database), keys: parties.workshop)
    }

    func consumer(_ name: String, _ handlers: [MessageHandler], statementTimeout: Duration = .seconds(10)) throws -> MessageConsumer {
        let pool = pool(name, statementTimeout: statementTimeout)
        var kafka = kafka
        kafka.properties["session.timeout.ms"] = "6000"
        kafka.properties["heartbeat.interval.ms"] = "500"
        return try MessageConsumer(
            service: "workshop", database: pool, place: workPlace(pool), clock: LawClock(database: pool, mayMove: false), kafka: kafka,
            prefix: place.prefix, instanceID: nil, handlers: handlers, passedOver: [])
    }

    /// Makes an effect of each step.
    func moving(_ name: String) -> MessageHandler {
        .event(ItemMoved.self) { event, work in Workshop.effect(event, by: name, in: work) }
    }

    nonisolated static func effectStatement(_ event: ItemMoved, by name: String) -> Statement {
        "INSERT INTO effect (item, step, who) VALUES (\(event.item), \(Int64(event.step)), \(name))"
    }

    static func effect(_ event: ItemMoved, by name: String, in work: Work) { work.save(effectStatement(event, by: name)) }

    // MARK: What goes in

    /// Puts steps into the outbox as a service's own work does.
    func emit(_ events: [ItemMoved]) async throws {
        let work = Write(caller: .service("workshop"), now: .now, place: workPlace(database))
        for event in events { try work.emit(event) }
        for chunk in stride(from: 0, to: work.collected.count, by: 250).map({ work.collected[$0..<min($0 + 250, work.collected.count)] }) {
            _ = try await database.run(Batch(statements: Array(chunk)))
        }
    }

    /// An event as the relay would publish it.
    func record(_ event: ItemMoved) throws -> KafkaRecord {
        let message = CloudEvent(
            id: .v7(), source: "workshop", type: ItemMoved.type, time: .now, subject: event.key, traceparent: nil,
            key: Array(event.key.utf8), data: try JSON.encode(event))
        return KafkaRecord(topic: topic, key: message.key, value: message.data, headers: message.headers)
    }

    func publish(_ records: [KafkaRecord]) async throws {
        let producer = try Producer(kafka)
        try await producer.send(records)
        await producer.close()
    }

    func publish(_ events: [ItemMoved]) async throws { try await publish(try events.map(record)) }

    // MARK: What came out

    func published() async throws -> [ConsumedRecord] {
        let reader = try TopicReader(kafka)
        let records = try await reader.records(of: topic)
        await reader.close()
        return records
    }

    func effects() async throws -> [Effect] {
        try await database.fetch(Query.all("SELECT item, step, who FROM effect ORDER BY seq") { row in
            Effect(item: try row.column(0), step: Int(try row.column(1) as Int64), by: try row.column(2))
        })
    }

    func count(_ table: Statement) async throws -> Int {
        try await database.fetch(Query("SELECT count(*) FROM \(table)") { try $0.first?.column(0) ?? 0 })
    }

    func run(_ statements: [Statement]) async throws { _ = try await database.run(Batch(statements: statements)) }

    /// How PostgreSQL would go about it on a service's connection, line by line.
    func plan(of statement: Statement) async throws -> [String] {
        try await database.fetch(Query<[String]>.all("EXPLAIN \(statement)") { try $0.column(0) })
    }

    /// Ends connections as an administrator or a crash would.
    func terminate(_ name: String) async throws {
        _ = try await count("(SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = \(name)::text AND datname = current_database()) AS ended")
    }

    /// Whether a connection of that name holds the relay's lock.
    func hasLock(_ name: String) async throws -> Bool {
        try await count("""
            pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND granted AND application_name = \(name)::text AND datname = current_database()
            """) > 0
    }

    func parked() async throws -> [ParkedRow] {
        try await database.fetch(ParkedMessages.list(state: .parked, after: nil, limit: 100)).sorted { $0.offset < $1.offset }
    }
}

/// Keys of the asking service, of the register it asks, and of another.
struct Parties: Sendable {
    let workshop: ServiceKeys
    let register: ServiceKeys
    let stranger: ServiceKeys

    init() throws {
        let names: [ServiceName] = ["workshop", "registry", "stranger"]
        let pairs = try names.map { _ in (signing: try PrivateKey.generate(), opening: try PrivateKey.generate()) }
        let everyone = try KeySet(zip(names, pairs).flatMap { name, pair in
            [
                KeySet.Entry(kid: pair.signing.publicKey.thumbprint, owner: name.rawValue, use: .signing, key: pair.signing.publicKey),
                KeySet.Entry(kid: pair.opening.publicKey.thumbprint, owner: name.rawValue, use: .encryption, key: pair.opening.publicKey),
            ]
        })
        func keys(_ index: Int) -> ServiceKeys {
            ServiceKeys(service: names[index], signing: pairs[index].signing, opening: pairs[index].opening, everyone: everyone)
        }
        workshop = keys(0)
        register = keys(1)
        stranger = keys(2)
    }
}

/// Steps 1 to `steps` of so many items, all first steps first.
func moves(items: Int, steps: ClosedRange<Int>) -> [ItemMoved] {
    steps.flatMap { step in (0..<items).map { ItemMoved(item: "item-\($0)", step: step) } }
}

extension [ConsumedRecord] {
    /// For each item the steps in the order in which each was published first.
    func firstSteps() throws -> [String: [Int]] {
        var seen: Set<[UInt8]?> = []
        var steps: [String: [Int]] = [:]
        for record in self where seen.insert(record.header("ce_id")).inserted {
            let event = try JSON.decode(ItemMoved.self, from: record.value ?? [])
            steps[event.item, default: []].append(event.step)
        }
        return steps
    }

    var ids: [String] { map { String(decoding: $0.header("ce_id") ?? [], as: UTF8.self) } }
}

extension [Effect] {
    var steps: [String: [Int]] { Dictionary(grouping: self, by: \.item).mapValues { $0.map(\.step) } }
}

/// What every item should show.
func allSteps(items: Int, steps: ClosedRange<Int>) -> [String: [Int]] {
    Dictionary(uniqueKeysWithValues: (0..<items).map { ("item-\($0)", Array(steps)) })
}
