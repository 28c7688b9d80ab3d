import Postgres

/// The service's own tables, in the order in which they are made.
enum ELicenseSchema {
    static var migrations: MigrationSet {
        MigrationSet(series: "e-license", migrations: [
            Migration(number: 1, name: "e_license", sql: String(decoding: PackageResources._001_e_license_sql, as: UTF8.self)),
            Migration(number: 2, name: "deadlines", sql: String(decoding: PackageResources._002_deadlines_sql, as: UTF8.self)),
        ])
    }
}
