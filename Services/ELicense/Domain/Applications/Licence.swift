import Contracts
import FoundationEssentials

/// A licence in the register.
struct Licence: Sendable, Hashable {
    var number: LicenceNumber
    var application: UUID
    var kind: LicenceKindCode
    var kindsEdition: String
    var licensor: BodyCode
    var holder: IIN
    /// None while the register of natural persons has not answered.
    var holderName: PersonName?
    var issuedOn: LocalDate
    var isDeemedIssued: Bool
    var status: Licences.LicenceStatus

    /// The fact that others learn of.
    func event(at moment: Timestamp) -> LicenceIssued {
        LicenceIssued(application: application, licence: number, kind: kind, licensor: licensor, issuedOn: issuedOn, at: moment)
    }
}
