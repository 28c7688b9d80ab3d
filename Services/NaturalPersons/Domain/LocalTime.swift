import Contracts

/// The clock of the capital against UTC, as a dated data file has it: it says which day it is in the country.
struct LocalTime: Codable, Sendable, Hashable {
    struct Period: Codable, Sendable, Hashable {
        /// The first local day on which clocks ran so.
        var from: LocalDate
        /// Hours ahead of UTC.
        var offsetHours: Int
        /// Where it is known from: `assumed` when nothing establishes it.
        var provenance: String
        var citation: String?
    }

    var place: LocalizedText
    /// The oldest first.
    var periods: [Period]

    /// The local day at a moment. A period begins where the clocks of the one before it reach its first day.
    ///
    /// - Throws: ``LocalTimeMissing`` for a moment before all of them.
    func day(at moment: Timestamp) throws(LocalTimeMissing) -> LocalDate {
        var found: Period?
        for period in periods where moment >= period.from.start(offset: found?.offsetHours ?? period.offsetHours) { found = period }
        guard let found else { throw LocalTimeMissing(moment: moment) }
        return LocalDate(moment, offset: found.offsetHours)
    }
}

/// Dated data do not reach back to a moment: a fault of the operation of the service, not of the request.
struct LocalTimeMissing: Error, Hashable, CustomStringConvertible {
    var moment: Timestamp
    var description: String { "no local time for \(moment); add the period to local-time/ in the data directory and run `migrate`" }
}
