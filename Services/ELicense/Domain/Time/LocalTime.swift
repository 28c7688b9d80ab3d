import Contracts

/// The clock of the capital against UTC, as dated data have it.
struct LocalTime: Sendable {
    struct Period: Sendable {
        /// The first local day on which clocks ran so.
        var from: LocalDate
        /// Hours ahead of UTC.
        var offset: Int
        var isAssumed: Bool
    }

    private let periods: [Period]

    init(_ periods: [Period]) { self.periods = periods.sorted { $0.from < $1.from } }

    /// The period in force at a moment. It begins where the clocks of the one before it reach its first day.
    ///
    /// - Throws: ``CalendarMissing`` for a moment before all of them.
    func period(at moment: Timestamp) throws(CalendarMissing) -> Period {
        var found: Period?
        for period in periods where moment >= period.from.start(offset: found?.offset ?? period.offset) { found = period }
        guard let found else { throw CalendarMissing(what: "local time at \(moment)") }
        return found
    }

    /// The local day at a moment.
    func day(at moment: Timestamp) throws(CalendarMissing) -> LocalDate {
        LocalDate(moment, offset: try period(at: moment).offset)
    }

    /// The moment at which a local day ends: the next one begins, by the clocks of that next day.
    func end(of day: LocalDate) throws(CalendarMissing) -> Timestamp {
        let next = day.adding(days: 1)
        guard let period = periods.last(where: { $0.from <= next }) else { throw CalendarMissing(what: "local time on \(next)") }
        return next.start(offset: period.offset)
    }
}
