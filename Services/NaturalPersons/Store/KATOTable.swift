import Contracts
import Postgres

/// The classifier of administrative units as the register keeps it.
enum KATOTable {
    /// Whether a unit exists, so far as its region is loaded.
    static func standing(_ code: KATOCode) -> Query<KATOStanding> {
        Query("""
            SELECT EXISTS (SELECT FROM kato WHERE code = \(code)), EXISTS (SELECT FROM kato WHERE region = \(code.region))
            """) { rows in
            guard let row = rows.first else { return .regionNotLoaded }
            return try row.column(0) ? .known : try row.column(1) ? .unknown : .regionNotLoaded
        }
    }

    /// Every code there is; some twenty thousand for the whole country.
    static let codes = Query<[String]>.all("SELECT code FROM kato") { try $0.column(0) }

    /// Adds units and takes over what has changed of those that are there; its rows are the codes added or changed.
    static func merge(_ units: [KATOUnit]) -> Statement {
        """
        INSERT INTO kato (code, parent, name_ru, name_kk, level, region)
        SELECT * FROM unnest(
            \(units.map(\.code)), \(units.map(\.parent)), \(units.map(\.nameRu)), \(units.map(\.nameKk)),
            \(units.map { Int16($0.level) }), \(units.map(\.code.region)))
        ON CONFLICT (code) DO UPDATE SET
            parent = EXCLUDED.parent, name_ru = EXCLUDED.name_ru, name_kk = coalesce(EXCLUDED.name_kk, kato.name_kk),
            level = EXCLUDED.level
        WHERE (kato.parent, kato.name_ru, kato.name_kk, kato.level)
            IS DISTINCT FROM (EXCLUDED.parent, EXCLUDED.name_ru, coalesce(EXCLUDED.name_kk, kato.name_kk), EXCLUDED.level)
        """
    }

    /// How many units of the regions of a file the file no longer has; they stay, since addresses may name them.
    static func missing(from units: [KATOUnit]) -> Query<Int> {
        let regions = Array(Set(units.map(\.code.region)))
        return Query("""
            SELECT count(*) FROM kato WHERE region = ANY (\(regions))
                AND NOT EXISTS (SELECT FROM unnest(\(units.map(\.code))) AS file (code) WHERE file.code = kato.code)
            """) { try $0.first?.column(0) ?? 0 }
    }
}
