import Contracts
import EventLoop
import FoundationEssentials
import Messaging

extension NaturalPersons {
    /// An official of a registering body records a person.
    func record(_ person: Persons.NewPerson, _ work: Decide) async throws -> Persons.Record {
        try requireRegisteringBody(work)
        try personIsBorn(person.birthDate, on: localTime.day(at: work.now))
        try await requireAddressUnit(person.address, work)
        let record = Persons.Record(person, id: .v7())
        work.save(PersonTable.insert(record, at: work.now))
        try work.emit(PersonRecorded(person: record.id, version: record.version, at: work.now))
        return record
    }

    /// A missing right, not a rule that said no: it is not remembered under the key.
    func requireRegisteringBody(_ work: Decide) throws {
        let day = try localTime.day(at: work.now)
        guard registeringBodies.inForce(on: day)?.contain(work.caller.body) == true else {
            throw Problem(.forbidden, work.language, rule: "registering-body")
        }
    }

    func requireAddressUnit(_ address: Address?, _ work: Decide) async throws {
        guard let code = address?.kato else { return }
        try addressUnitExists(code, try await work.fetch(KATOTable.standing(code)))
    }
}
