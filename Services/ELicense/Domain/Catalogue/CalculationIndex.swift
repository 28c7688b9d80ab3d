import Contracts

/// The monthly calculation index (MCI, МРП, АЕК) as laws on the budget fix it from a day on.
struct CalculationIndex: Sendable {
    struct Entry: Sendable, Hashable {
        var from: LocalDate
        var amount: Money
        var isAssumed: Bool
    }

    private let entries: [Entry]

    init(_ entries: [Entry]) { self.entries = entries.sorted { $0.from < $1.from } }

    /// The index on a day. A law on the budget fixes it for its own year only: where no data tell of that year, nil.
    func on(_ day: LocalDate) -> Entry? {
        guard let entry = entries.last(where: { $0.from <= day }), entry.from.year == day.year else { return nil }
        return entry
    }

    /// The last day on which there is an index.
    var lastDay: LocalDate? { entries.last.flatMap { LocalDate(year: $0.from.year, month: 12, day: 31) } }

    /// The licence fee: its rate times the index of the day (Tax Code of 2008, art. 471). Exact, in tiyn: nothing is rounded.
    ///
    /// - Throws: ``MoneyError`` when it does not come out in whole tiyn.
    static func licenceFee(milliMRP: Int, index: Money) throws(MoneyError) -> Money {
        try index.multiplied(by: Int64(milliMRP), over: 1000)
    }
}
