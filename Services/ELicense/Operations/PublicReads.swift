import Contracts
import Postgres
import ServiceKit

extension ELicense {
    /// The kinds in force on a day.
    func kinds(_ query: Licences.KindsQuery, _ reading: Reading) throws -> Licences.Kinds {
        try law.catalogue.shown(on: query.on ?? law.localTime.day(at: reading.now))
    }

    func check(_ query: Licences.LicenceQuery, _ reading: Reading) throws -> Query<Licences.LicenceCheck?> {
        let catalogue = law.catalogue
        return LicenceTable.one(query.number).map { found in
            try found.map { $0.check(try catalogue.kind($0.kind, edition: $0.kindsEdition)) }
        }
    }
}
