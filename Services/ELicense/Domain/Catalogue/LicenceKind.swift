import Contracts

/// A licence kind as an edition of the catalogue has it: what the law fixes about it.
struct LicenceKind: Sendable, Hashable {
    var code: LicenceKindCode
    var title: LocalizedText
    var licensor: Licences.Licensor
    var holder: Licences.Holder
    /// Thousandths of the monthly calculation index.
    var feeMilliMRP: Int
    var workingDays: Int
    var silenceGrants: Bool
    /// Three capital letters with which its licence numbers begin after the check digits.
    var series: String
    /// Names of what no source establishes, as the catalogue shows its fields.
    var assumed: [String]
    /// The act that the kind comes from.
    var source: String

    var isSilenceAssumed: Bool { assumed.contains("silenceGrants") }
}

/// The kinds in force from a day on, until the next edition.
struct CatalogueEdition: Sendable {
    /// The name under which decisions remember it.
    var name: String
    var from: LocalDate
    var kinds: [LicenceKind]
}
