import Messaging
import Postgres

/// The tables that every service has, in the order in which they are made.
enum ServiceKitSchema {
    static var migrations: [MigrationSet] {
        [
            MessagingSchema.migrations,
            MigrationSet(series: "service-kit", migrations: [
                Migration(number: 1, name: "service_kit", sql: String(decoding: PackageResources._001_service_kit_sql, as: UTF8.self))
            ]),
        ]
    }
}
