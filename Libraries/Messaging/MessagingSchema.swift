public import Postgres

/// The tables of Messaging: outbox, inbox, parked messages, timers, number blocks, inquiries, the law's clock, traces of crashes.
public enum MessagingSchema {
    public static var migrations: MigrationSet {
        MigrationSet(series: "messaging", migrations: [
            Migration(number: 1, name: "messaging", sql: String(decoding: PackageResources._001_messaging_sql, as: UTF8.self)),
            Migration(number: 2, name: "crashes", sql: String(decoding: PackageResources._002_crashes_sql, as: UTF8.self)),
            Migration(number: 3, name: "published", sql: String(decoding: PackageResources._003_published_sql, as: UTF8.self)),
            Migration(number: 4, name: "places", sql: String(decoding: PackageResources._004_places_sql, as: UTF8.self)),
        ])
    }
}
