import Contracts
import Postgres

/// The register's own tables, and what a violation of them means.
enum NaturalPersonsSchema {
    static var migrations: MigrationSet {
        MigrationSet(series: "natural-persons", migrations: [
            Migration(number: 1, name: "natural_persons", sql: String(decoding: PackageResources._001_natural_persons_sql, as: UTF8.self))
        ])
    }

    static var refusals: [String: Refusal] { ["person_iin_key": Refusals.personExists] }
}
