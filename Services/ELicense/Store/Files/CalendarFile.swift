import Contracts

/// `calendar/<year>.json`: the working days of one year.
struct CalendarFile: Decodable {
    struct DayOff: Decodable {
        var date: LocalDate
        var name: LocalizedText
        var provenance: Provenance
    }

    struct WorkedDay: Decodable {
        var date: LocalDate
        var provenance: Provenance
    }

    enum Weekday: String, Decodable {
        case monday, tuesday, wednesday, thursday, friday, saturday, sunday

        var day: LocalDate.Weekday {
            switch self {
            case .monday: .monday
            case .tuesday: .tuesday
            case .wednesday: .wednesday
            case .thursday: .thursday
            case .friday: .friday
            case .saturday: .saturday
            case .sunday: .sunday
            }
        }
    }

    struct Source: Decodable {
        /// What the source does not establish: moves of working days that it does not have.
        var limits: LocalizedText?
        var provenance: Provenance
    }

    var year: Int
    /// None is no source: then everything is assumed.
    var source: Source?
    var workingWeek: [Weekday]
    var daysOff: [DayOff]
    var workingWeekendDays: [WorkedDay]

    /// - Throws: ``DataFileError`` for days of another year, a day twice, or a week without work.
    static func year(_ file: DataFile) throws(DataFileError) -> WorkingCalendar.Year {
        let read = try file.decoded(as: CalendarFile.self)
        let days = read.daysOff.map(\.date) + read.workingWeekendDays.map(\.date)
        if let stray = days.first(where: { $0.year != read.year }) { throw file.wrong("\(stray) is not in \(read.year)") }
        guard Set(days).count == days.count else { throw file.wrong("a day stands there twice") }
        let week = Set(read.workingWeek.map(\.day))
        guard !week.isEmpty else { throw file.wrong("the week has no working day") }
        return WorkingCalendar.Year(
            year: read.year, weekend: Set(LocalDate.Weekday.allCases).subtracting(week),
            daysOff: Dictionary(
                read.daysOff.map { ($0.date, .init(name: $0.name, isAssumed: $0.provenance == .assumed)) }) { first, _ in first },
            workedDays: Dictionary(read.workingWeekendDays.map { ($0.date, $0.provenance == .assumed) }) { first, _ in first },
            areTransfersAssumed: read.source.map { $0.limits != nil || $0.provenance == .assumed } ?? true)
    }
}

/// `local-time/<place>.json`: how far clocks are ahead of UTC.
struct LocalTimeFile: Decodable {
    struct Period: Decodable {
        var from: LocalDate
        var offsetHours: Int
        var provenance: Provenance
    }

    var periods: [Period]

    static func localTime(_ file: DataFile) throws(DataFileError) -> LocalTime {
        let read = try file.decoded(as: LocalTimeFile.self)
        guard !read.periods.isEmpty, read.periods.allSatisfy({ (-12...14).contains($0.offsetHours) }) else {
            throw file.wrong("periods with an offset of -12 to 14 hours are needed")
        }
        return LocalTime(read.periods.map { .init(from: $0.from, offset: $0.offsetHours, isAssumed: $0.provenance == .assumed) })
    }
}
