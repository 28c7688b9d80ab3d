import Contracts

/// Licence kinds in their dated editions, and the index by which their fees are counted.
struct Catalogue: Sendable {
    private let editions: [CatalogueEdition]
    private let index: CalculationIndex

    init(editions: [CatalogueEdition], index: CalculationIndex) {
        self.editions = editions.sorted { $0.from < $1.from }
        self.index = index
    }

    /// The edition in force on a day.
    ///
    /// - Throws: `Refusal` `catalogue-date` when none is known.
    func edition(on day: LocalDate) throws(Refusal) -> CatalogueEdition {
        guard let edition = editions.last(where: { $0.from <= day }) else { throw .catalogueDate(day) }
        return edition
    }

    /// The kind for which somebody applies on a day.
    ///
    /// - Throws: `Refusal` `kind-unknown` when the edition of that day does not have it.
    func kind(_ code: LicenceKindCode, on day: LocalDate) throws(Refusal) -> (kind: LicenceKind, edition: CatalogueEdition) {
        let edition = try edition(on: day)
        guard let kind = edition.kinds.first(where: { $0.code == code }) else { throw .kindUnknown(code, on: day) }
        return (kind, edition)
    }

    /// A kind in the edition with which an application was accepted.
    ///
    /// - Throws: ``EditionMissing`` when that edition is not loaded any more.
    func kind(_ code: LicenceKindCode, edition name: String) throws(EditionMissing) -> LicenceKind {
        guard let kind = editions.first(where: { $0.name == name })?.kinds.first(where: { $0.code == code }) else {
            throw EditionMissing(edition: name, kind: code)
        }
        return kind
    }

    /// The last day on which fees can be told.
    var lastDayOfIndex: LocalDate? { index.lastDay }

    /// What the public reads: the kinds of a day with their fees on that day.
    func shown(on day: LocalDate) throws(Refusal) -> Licences.Kinds {
        let edition = try edition(on: day)
        let last = editions.first { $0.from > edition.from }?.from.adding(days: -1)
        let index = index.on(day)
        return Licences.Kinds(on: day, kinds: edition.kinds.map { kind in
            Licences.Kind(
                code: kind.code, title: kind.title, licensor: kind.licensor, holder: kind.holder, feeMilliMRP: kind.feeMilliMRP,
                fee: index.flatMap { try? CalculationIndex.licenceFee(milliMRP: kind.feeMilliMRP, index: $0.amount) },
                workingDays: kind.workingDays, silenceGrants: kind.silenceGrants,
                assumed: kind.assumed + (index?.isAssumed == true ? ["fee"] : []), source: kind.source,
                inForceFrom: edition.from, inForceUntil: last)
        })
    }
}

/// An application refers to an edition of the catalogue that the database no longer has.
struct EditionMissing: Error, CustomStringConvertible {
    var edition: String
    var kind: LicenceKindCode
    var description: String { "kind \(kind) is not in edition \(edition) of the catalogue; load that edition again with `migrate`" }
}
