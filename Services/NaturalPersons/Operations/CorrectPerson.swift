import Contracts
import EventLoop
import Messaging

extension NaturalPersons {
    /// An official of a registering body corrects a record; what it said before is kept with the reason.
    func correct(_ correction: Persons.Correction, _ work: Decide) async throws -> Persons.Record {
        try requireRegisteringBody(work)
        guard let present = try await work.lock(PersonTable.lock(correction.iin)) else { throw Refusals.personUnknown }
        guard present.version == correction.version else { throw Problem(.preconditionFailed, work.language) }
        try personIsBorn(correction.birthDate, on: localTime.day(at: work.now))
        let next = try present.corrected(by: correction)
        let fields = next.fields(changedFrom: present)
        // An address that stays may name a unit that was abolished since.
        if fields.contains(.address) { try await requireAddressUnit(next.address, work) }
        work.save(PersonTable.keep(present.id, reason: correction.reason, by: work.caller, at: work.now))
        work.save(PersonTable.update(next, at: work.now))
        try work.emit(PersonCorrected(person: next.id, version: next.version, fields: fields, at: work.now))
        return next
    }
}
