import Contracts
import EventLoop
import Messaging
import Postgres
import ServiceKit

extension NaturalPersons {
    /// A citizen reads their own record.
    func own(_ input: Empty, _ reading: Reading) throws -> Query<Persons.Record?> {
        guard let iin = reading.caller.iin else { throw Problem(.forbidden, reading.language) }
        return PersonTable.person(iin)
    }

    /// An official reads a whole record for a case; the basis must open all of it.
    func read(_ query: Persons.PersonQuery, _ reading: Reading) throws -> Query<Persons.Record?> {
        _ = try allowed(
            Access(basis: query.basis.rawValue, fields: PersonField.names, asker: .official(body: reading.caller.body)),
            on: try localTime.day(at: reading.now))
        return PersonTable.person(query.iin)
    }

    /// A service asks during a case; it gets the fields that it asked for, if the basis opens them to it.
    func answerExtract(_ claims: InquiryClaims, _ request: Persons.ExtractRequest, _ work: Decide) async throws -> Persons.Extract {
        let fields = try allowed(
            Access(basis: claims.basis, fields: claims.fields, asker: .service(claims.asker, case: claims.case)),
            on: try localTime.day(at: work.now))
        guard let record = try await work.fetch(PersonTable.person(request.iin)) else { throw Refusals.personUnknown }
        return Persons.Extract(record, fields)
    }

    private func allowed(_ access: Access, on day: LocalDate) throws -> Set<PersonField> {
        try basisAllowsFields(access, bases.inForce(on: day), registeringBodies.inForce(on: day))
    }
}
