import Contracts
import FoundationEssentials
import Postgres

/// How far the import of a file has come.
struct ImportRun: Sendable, Hashable {
    var id: Int64
    var offset: Int64 = 0
    var line = 1
    var rejectsLength: Int64 = 0
    var imported = 0
    var present = 0
    var rejected = 0

    /// Whether an earlier import of the same file was broken off on its way.
    var isResumed: Bool { offset > 0 }
    var done: Int { imported + present + rejected }
}

/// The files that were taken in, by what is in them.
enum PersonImportTable {
    /// Only one import of persons at a time: the advisory lock's key.
    static let lock: Int64 = 0x7065_7273_6f6e_7321

    /// An unfinished import of a file with this content.
    static func unfinished(_ fingerprint: [UInt8]) -> Query<ImportRun?> {
        Query.first("""
            SELECT id, file_offset, line, rejects_length, imported, present, rejected FROM person_import
            WHERE fingerprint = \(fingerprint) AND finished_at IS NULL
            """) { row in
            ImportRun(
                id: try row.column(0), offset: try row.column(1), line: try row.column(2), rejectsLength: try row.column(3),
                imported: try row.column(4), present: try row.column(5), rejected: try row.column(6))
        }
    }

    /// Begins an import, of a file that was taken in before as well.
    static func begin(_ fingerprint: [UInt8], fileName: String, at moment: Timestamp) -> Query<ImportRun> {
        Query("""
            INSERT INTO person_import (
                fingerprint, file_name, started_at, file_offset, line, rejects_length, imported, present, rejected)
            VALUES (\(fingerprint), \(fileName), \(moment), 0, 1, 0, 0, 0, 0)
            ON CONFLICT (fingerprint) DO UPDATE SET
                file_name = EXCLUDED.file_name, started_at = EXCLUDED.started_at, finished_at = NULL, file_offset = 0, line = 1,
                rejects_length = 0, imported = 0, present = 0, rejected = 0
            RETURNING id
            """) { rows in
            guard let row = rows.first else { throw PostgresError(.decoding, "the import has no row") }
            return ImportRun(id: try row.column(0))
        }
    }

    static func progress(_ run: ImportRun) -> Statement {
        """
        UPDATE person_import SET file_offset = \(run.offset), line = \(run.line), rejects_length = \(run.rejectsLength),
            imported = \(run.imported), present = \(run.present), rejected = \(run.rejected)
        WHERE id = \(run.id)
        """
    }

    static func finish(_ id: Int64, at moment: Timestamp) -> Statement {
        "UPDATE person_import SET finished_at = \(moment) WHERE id = \(id)"
    }
}

extension PersonTable {
    /// Takes in the persons whose numbers are not there yet.
    static func insertNew(_ persons: [Persons.Record], import id: Int64, at moment: Timestamp) -> Statement {
        """
        INSERT INTO person (\(columns), recorded_at, import_id)
        SELECT *, 1, \(moment), \(id) FROM \(unnested(persons))
        ON CONFLICT (iin) DO NOTHING
        """
    }

    /// Takes in persons of whom none is there yet, and says how many; otherwise the transaction fails.
    static func copy(_ persons: [Persons.Record], import id: Int64, at moment: Timestamp, in lease: Lease) async throws -> Int {
        try await lease.copyIn("COPY person (\(columns), recorded_at, import_id) FROM STDIN (FORMAT binary)") { copy in
            for person in persons {
                let (kk, ru) = (person.name.kk, person.name.ru)
                try await copy.row(
                    person.id, person.iin.rawValue, kk.surname.rawValue, kk.given.rawValue, kk.patronymic?.rawValue,
                    ru.surname.rawValue, ru.given.rawValue, ru.patronymic?.rawValue, person.sex.rawValue, person.birthDate,
                    person.citizenship.rawValue, person.address?.kato.rawValue, person.address?.text.rawValue, person.status.rawValue,
                    Int64(person.version), moment, id)
            }
        }
    }

    /// Of the persons just offered, those that were there before: which, counted from 0, and whether word for word the same.
    static func presentBefore(_ persons: [Persons.Record]) -> Query<[(place: Int, isSame: Bool)]> {
        Query.all("""
            SELECT row_place - 1,
                (p.surname_kk, p.given_kk, p.patronymic_kk, p.surname_ru, p.given_ru, p.patronymic_ru, p.sex, p.birth_date,
                 p.citizenship, p.kato, p.address_text, p.status)
                IS NOT DISTINCT FROM
                (f.surname_kk, f.given_kk, f.patronymic_kk, f.surname_ru, f.given_ru, f.patronymic_ru, f.sex, f.birth_date,
                 f.citizenship, f.kato, f.address_text, f.status)
            FROM (SELECT * FROM \(unnested(persons, numbered: " WITH ORDINALITY", place: ", row_place"))) AS f JOIN person AS p ON p.iin = f.iin
            WHERE p.id <> f.id ORDER BY row_place
            """) { row in (try row.column(0), try row.column(1)) }
    }

    /// Persons as a table of the columns' names, the version left out.
    private static func unnested(_ persons: [Persons.Record], numbered: StaticString = "", place: StaticString = "") -> Statement {
        """
        unnest(
            \(persons.map(\.id)), \(persons.map(\.iin)),
            \(persons.map(\.name.kk.surname)), \(persons.map(\.name.kk.given)), \(persons.map(\.name.kk.patronymic)),
            \(persons.map(\.name.ru.surname)), \(persons.map(\.name.ru.given)), \(persons.map(\.name.ru.patronymic)),
            \(persons.map(\.sex)), \(persons.map(\.birthDate)), \(persons.map(\.citizenship)),
            \(persons.map { $0.address?.kato }), \(persons.map { $0.address?.text }), \(persons.map(\.status)))\(literal: numbered) AS file (
            id, iin, surname_kk, given_kk, patronymic_kk, surname_ru, given_ru, patronymic_ru, sex, birth_date, citizenship,
            kato, address_text, status\(literal: place))
        """
    }
}
