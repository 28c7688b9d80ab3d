import CommandLine
import Contracts
import EventLoop
import Messaging
import Postgres

/// Makes the tables and topics, empty but for what the lines need: the holders, and a backlog in the outbox.
enum Prepare {
    static let backlog = Option("backlog", "Rows in the outbox.", default: 0)
    static let holders = Option("holders", "Rows to select from.", default: 0)
    static let partitions = Option("partitions", "Partitions of the topic.", default: 4)

    static let command = Command(
        "prepare", "Makes the tables and the topic, and empties them.",
        parameters: [Options.database, Options.kafka, Options.prefix, backlog, holders, partitions]
    ) { arguments in
        let url = try arguments[Options.database], kafka = Options.broker(try arguments[Options.kafka])
        let prefix = try arguments[Options.prefix], backlog = Int64(try arguments[backlog]), holders = Int64(try arguments[holders])
        let partitions = try arguments[partitions]
        try await Loop.run {
            let database = Database(Options.open(url))
            try await database.apply([MessagingSchema.migrations, Sample.migrations])
            let session = try await database.session()
            try await session.execute("TRUNCATE outbox, inbox, parked, effect, holder_new")
            try await session.execute("ALTER TABLE effect DISABLE TRIGGER tell")
            if holders > 0 { try await fill(holders: holders, session) }
            if backlog > 0 { try await fill(backlog: backlog, session) }
            try await session.execute("CHECKPOINT")
            await session.close()
            await database.close()
            try await Topics.make([Topics.policy.name(prefix: prefix)], partitions: partitions, on: kafka)
        }
    }

    @Loop private static func fill(holders: Int64, _ session: Session) async throws {
        try await session.execute("TRUNCATE holder")
        try await session.execute("""
            INSERT INTO holder SELECT n, (100000000000 + n)::text, 'Surname-' || n || ' Given-name-' || n || ' Patronymic', 1, now(), repeat('note ', 34)
            FROM generate_series(1, \(holders)) AS n
            """)
        try await session.execute("VACUUM ANALYZE holder")
    }

    /// Rows as `Work.emit` writes them: time-ordered ids, the CloudEvent's attributes, a payload of some 300 bytes, 10,000 accounts.
    @Loop static func fill(backlog: Int64, _ session: Session) async throws {
        try await session.execute("""
            INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, headers)
            SELECT id, \(Topics.policy.localNameOfBench), account, \(EntryPosted.type),
                convert_to('{"account":"' || account || '","amount":' || n || ',"currency":"KZT","note":"' || repeat('a note ', 25)
                    || '","reference":"' || id || '","step":' || n || '}', 'UTF8'),
                jsonb_build_object('ce_specversion', '1.0', 'ce_id', id, 'ce_source', '/bench', 'ce_type', \(EntryPosted.type),
                    'ce_time', '2026-11-24T00:00:00.000000Z', 'ce_subject', account, 'content-type', 'application/json',
                    'traceparent', '00-' || md5(n::text) || '-' || left(md5(account), 16) || '-01')
            FROM (
                SELECT n, 'account-' || n % 10000 AS account,
                    (lpad(to_hex((extract(epoch FROM now()) * 1000)::bigint + n / 100), 12, '0') || '7' || lpad(to_hex(n % 4096), 3, '0')
                        || '8' || right(md5(n::text), 15))::uuid AS id
                FROM generate_series(1, \(backlog)) AS n) AS numbered
            """)
        try await session.execute("VACUUM ANALYZE outbox")
    }
}

/// Puts a backlog into the outbox of a service that runs.
enum Backlog {
    static let command = Command("backlog", "Puts rows into the outbox.", parameters: [Options.database, Prepare.backlog]) { arguments in
        let url = try arguments[Options.database], backlog = Int64(try arguments[Prepare.backlog])
        try await Loop.run {
            let database = Database(Options.open(url))
            let session = try await database.session()
            try await Prepare.fill(backlog: backlog, session)
            await session.close()
            await database.close()
        }
    }
}

extension Topic {
    /// As the outbox names it: without the prefix of the deployment.
    var localNameOfBench: String { "\(service).\(aggregate).v\(version)" }
}
