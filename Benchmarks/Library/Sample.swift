import Contracts
import EventLoop
import Kafka
import Messaging
import Postgres
import Trust

/// A small service: one event, one table that shows its effect.
struct EntryPosted: Event {
    var account: String
    var step: Int
    var amount: Int64
    var currency: String
    var reference: String
    var note: String
    static let type = "kz.egov.bench.entry-posted.v1"
    static let topic = Topics.policy
    static let summary = "An entry was posted to an account."
    var key: String { account }
}

/// What a service has around its work, without its edge.
@Loop struct Sample {
    let database: Database
    let kafka: KafkaOptions
    let prefix: String
    let place: WorkPlace

    init(_ url: String, _ bootstrap: String, prefix: String) throws {
        let database = Database(Options.open(url))
        self.database = database
        kafka = Options.broker(bootstrap)
        self.prefix = prefix
        let signing = try PrivateKey.generate(), opening = try PrivateKey.generate()
        let keys = ServiceKeys(service: "bench", signing: signing, opening: opening, everyone: try KeySet([
            KeySet.Entry(kid: signing.publicKey.thumbprint, owner: "bench", use: .signing, key: signing.publicKey),
            KeySet.Entry(kid: opening.publicKey.thumbprint, owner: "bench", use: .encryption, key: opening.publicKey),
        ]))
        place = WorkPlace(service: "bench", numbers: NumberBlocks(database: database), keys: keys)
    }

    func relay() -> Relay { Relay(database: database, kafka: kafka, prefix: prefix) }

    /// The consumer with a handler that writes one row for each event; `onEvent` is told of each, before its commit.
    func consumer(_ onEvent: @escaping @Loop @Sendable () -> Void = {}) throws -> MessageConsumer {
        try MessageConsumer(
            service: "bench", database: database, place: place, clock: LawClock(database: database, mayMove: false), kafka: kafka,
            prefix: prefix, instanceID: nil,
            handlers: [
                .write(onMany: EntryPosted.self) { messages, work in
                    var accounts: [String] = [], steps: [Int64] = [], amounts: [Int64] = [], currencies: [String] = []
                    for message in messages {
                        let event = try message.event()
                        accounts.append(event.account)
                        steps.append(Int64(event.step))
                        amounts.append(event.amount)
                        currencies.append(event.currency)
                        onEvent()
                    }
                    work.save("INSERT INTO effect (account, step, amount, currency) SELECT * FROM unnest(\(accounts), \(steps), \(amounts), \(currencies))")
                }
            ],
            passedOver: [])
    }

    /// Waits until the consumer has its partitions.
    static func joined(_ consumer: MessageConsumer) async throws {
        let deadline = ContinuousClock.now + .seconds(30)
        while consumer.lag.isEmpty {
            guard ContinuousClock.now < deadline else { throw Failed(description: "the consumer was given no partitions within 30 s") }
            try await Loop.sleep(for: .milliseconds(20))
        }
    }

    func count(_ table: Statement) async throws -> Int {
        try await database.fetch(Query("SELECT count(*) FROM \(table)") { try $0.first?.column(0) ?? 0 })
    }

    static var migrations: MigrationSet {
        MigrationSet(series: "bench", migrations: [Migration(number: 1, name: "bench", sql: """
            CREATE TABLE effect (
                account text NOT NULL, step bigint NOT NULL, amount bigint NOT NULL, currency text NOT NULL, PRIMARY KEY (account, step));
            -- Tells when the effect has committed, for the lines that measure a delay; off in the others.
            CREATE FUNCTION tell_effect() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                PERFORM pg_notify('effect', NEW.step::text);
                RETURN NULL;
            END $$;
            CREATE TRIGGER tell AFTER INSERT ON effect FOR EACH ROW EXECUTE FUNCTION tell_effect();
            ALTER TABLE effect DISABLE TRIGGER tell;
            CREATE TABLE holder (
                id bigint PRIMARY KEY, number text NOT NULL, name text NOT NULL, version int4 NOT NULL, changed timestamptz NOT NULL, note text NOT NULL);
            CREATE TABLE holder_new (LIKE holder INCLUDING ALL);
            """)])
    }
}
