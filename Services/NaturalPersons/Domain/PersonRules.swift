import Contracts
import FoundationEssentials

/// Nobody is recorded before they are born.
func personIsBorn(_ birthDate: LocalDate, on today: LocalDate) throws(Refusal) {
    guard birthDate <= today else { throw Refusals.birthDateInFuture }
}

/// What the classifier says of a code.
enum KATOStanding: Sendable, Hashable {
    case known, unknown, regionNotLoaded
}

/// An address names an administrative unit that the classifier has; where a region's classifier is not loaded, that is said.
func addressUnitExists(_ code: KATOCode, _ standing: KATOStanding) throws(Refusal) {
    switch standing {
    case .known: return
    case .unknown: throw Refusals.katoUnknown(code)
    case .regionNotLoaded: throw Refusals.katoRegionNotLoaded(code)
    }
}

extension Persons.Record {
    /// A person as first recorded.
    init(_ person: Persons.NewPerson, id: UUID) {
        self.init(
            id: id, iin: person.iin, name: person.name, sex: person.sex, birthDate: person.birthDate,
            citizenship: person.citizenship, address: person.address, status: .alive, version: 1)
    }

    /// The record as a correction leaves it: the next version of the same person.
    ///
    /// - Throws: `nothing-corrected`.
    func corrected(by correction: Persons.Correction) throws(Refusal) -> Persons.Record {
        let next = Persons.Record(
            id: id, iin: iin, name: correction.name, sex: correction.sex, birthDate: correction.birthDate,
            citizenship: correction.citizenship, address: correction.address, status: correction.status, version: version + 1)
        guard !next.fields(changedFrom: self).isEmpty else { throw Refusals.nothingCorrected }
        return next
    }

    /// The fields in which this record says something else than another.
    func fields(changedFrom other: Persons.Record) -> [PersonField] {
        PersonField.allCases.filter { field in
            switch field {
            case .name: name != other.name
            case .birthDate: birthDate != other.birthDate
            case .sex: sex != other.sex
            case .citizenship: citizenship != other.citizenship
            case .address: address != other.address
            case .status: status != other.status
            }
        }
    }
}
