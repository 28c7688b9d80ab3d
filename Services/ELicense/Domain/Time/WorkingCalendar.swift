import Contracts

/// The days on which state bodies work, as dated data have them year by year. A year that no data tell of is an error, never a guess.
struct WorkingCalendar: Sendable {
    /// What is known of one year.
    struct Year: Sendable {
        var year: Int
        /// Weekly days of rest.
        var weekend: Set<LocalDate.Weekday>
        /// Holidays and days that rest was moved to.
        var daysOff: [LocalDate: DayOff]
        /// Days of a weekend that are worked instead of others, and whether that is assumed.
        var workedDays: [LocalDate: Bool]
        /// Whether the source may lack moves of working days: that there are no others is assumed.
        var areTransfersAssumed: Bool
    }

    /// A day of rest that is none of the week's.
    struct DayOff: Sendable, Hashable {
        var name: LocalizedText
        /// No source establishes the day.
        var isAssumed: Bool
    }

    /// How a number of working days came to an end.
    struct Count: Sendable, Hashable {
        /// A day of rest that does not fall on a weekend, or a weekend that is worked.
        struct Exception: Sendable, Hashable {
            var day: LocalDate
            /// Why there is rest; none for a day that is worked.
            var name: LocalizedText?
            var isAssumed: Bool
        }

        var first: LocalDate
        var last: LocalDate
        var exceptions: [Exception]
        /// The years whose calendars were used.
        var years: [Int]
        /// Whether it rests on there being no moves of working days that the calendars do not have.
        var areTransfersAssumed: Bool
        /// Whether it rests on a day of rest, or of work, that is assumed.
        var areDaysAssumed: Bool { exceptions.contains(where: \.isAssumed) }
    }

    private let years: [Int: Year]

    init(_ years: [Year]) {
        self.years = Dictionary(years.map { ($0.year, $0) }) { _, later in later }
    }

    /// The last day of the years that data tell of.
    var lastDay: LocalDate? { years.keys.max().flatMap { LocalDate(year: $0, month: 12, day: 31) } }

    /// - Throws: ``CalendarMissing`` when there are no data for the year.
    func isWorking(_ day: LocalDate) throws(CalendarMissing) -> Bool {
        let year = try self.year(of: day)
        if year.workedDays[day] != nil { return true }
        return year.daysOff[day] == nil && !year.weekend.contains(day.weekday)
    }

    /// The working days that follow a day, which is not counted itself.
    ///
    /// - Throws: ``CalendarMissing`` when they reach into a year without data.
    func counting(_ number: Int, after day: LocalDate) throws(CalendarMissing) -> Count {
        var count = Count(first: day, last: day, exceptions: [], years: [], areTransfersAssumed: false)
        var left = max(number, 0)
        while left > 0 {
            count.last = count.last.adding(days: 1)
            let year = try self.year(of: count.last)
            if count.years.last != year.year { count.years.append(year.year) }
            if year.areTransfersAssumed { count.areTransfersAssumed = true }
            let isWeekend = year.weekend.contains(count.last.weekday)
            if let isAssumed = year.workedDays[count.last] {
                count.exceptions.append(.init(day: count.last, name: nil, isAssumed: isAssumed))
            } else if let off = year.daysOff[count.last] {
                if !isWeekend { count.exceptions.append(.init(day: count.last, name: off.name, isAssumed: off.isAssumed)) }
                continue
            } else if isWeekend {
                continue
            }
            if left == max(number, 0) { count.first = count.last }
            left -= 1
        }
        return count
    }

    private func year(of day: LocalDate) throws(CalendarMissing) -> Year {
        guard let year = years[day.year] else { throw CalendarMissing(what: "working days of \(day.year)") }
        return year
    }
}

/// Dated data do not reach as far as a calculation needs them: a fault of the operation of the service, not of the request.
struct CalendarMissing: Error, Hashable, CustomStringConvertible {
    var what: String
    var description: String { "no data for the \(what); add the dated file to the data directory and run `migrate`" }
}
