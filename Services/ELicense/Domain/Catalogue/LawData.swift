import Contracts

/// What the law's dated data say, for those who apply and those who decide.
struct LawData: Sendable {
    var catalogue: Catalogue
    var calendar: WorkingCalendar
    var localTime: LocalTime
    /// Deadlines that are not of a kind, the oldest edition first.
    var deadlineEditions: [DeadlineEdition]
    /// Letters of the numbers of applications.
    var applicationSeries: String

    /// The deadlines in force on a day.
    func deadlines(on day: LocalDate) throws(CalendarMissing) -> DeadlineEdition {
        guard let edition = deadlineEditions.last(where: { $0.from <= day }) else { throw CalendarMissing(what: "deadlines on \(day)") }
        return edition
    }
}

/// Deadlines of the law on permits that do not depend on the kind, in force from a day on until the next edition.
struct DeadlineEdition: Sendable, Hashable {
    /// The name under which decisions remember it.
    var name: String
    var from: LocalDate
    /// Working days of the check whether a file is complete.
    var completenessDays: Int
    var completenessCitation: String
    /// The article is still to be checked.
    var isCompletenessCitationAssumed: Bool
    /// The most working days that a decision may take for any kind (art. 30).
    var longestDecision: Int
}
