import Contracts
import FoundationEssentials
import Postgres

/// The register of licences.
enum LicenceTable {
    static func insert(_ licence: Licence) throws -> Statement {
        """
        INSERT INTO licence (number, application, kind, kinds_edition, licensor, holder, holder_name, issued_on, deemed_issued, status)
        SELECT unnest(\(each: licence.number)), unnest(\(each: licence.application)), unnest(\(each: licence.kind)),
               unnest(\(each: licence.kindsEdition)), unnest(\(each: licence.licensor)), unnest(\(each: licence.holder)),
               unnest(\(each: try licence.holderName.map { try JSONB(encoding: $0) })), unnest(\(each: licence.issuedOn)),
               unnest(\(each: licence.isDeemedIssued)), unnest(\(each: licence.status))
        """
    }

    /// The holder's name, from an answer that came after the licence.
    static func name(_ application: UUID, _ name: PersonName) throws -> Statement {
        "UPDATE licence SET holder_name = \(try JSONB(encoding: name)) WHERE application = \(application)"
    }

    static func terminate(_ application: UUID) -> Statement {
        "UPDATE licence SET status = \(Licences.LicenceStatus.terminated) WHERE application = \(application)"
    }

    /// A licence by its number. `subject` is whose data the row shows: the journal reads it.
    static func one(_ number: LicenceNumber) -> Query<Licence?> {
        .first("""
            SELECT number, application, kind, kinds_edition, licensor, holder, holder_name, issued_on, deemed_issued, status,
                   holder AS subject
            FROM licence WHERE number = \(number)
            """) { row in
            Licence(
                number: try row.column(0), application: try row.column(1), kind: try row.column(2), kindsEdition: try row.column(3),
                licensor: try row.column(4), holder: try row.column(5), holderName: try row.optionalJSON(6), issuedOn: try row.column(7),
                isDeemedIssued: try row.column(8), status: try row.column(9))
        }
    }
}
