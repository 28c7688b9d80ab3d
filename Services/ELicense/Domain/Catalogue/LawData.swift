import Contracts

/// What the law's dated data say, for those who apply and those who decide.
struct LawData: Sendable {
    let catalogue: Catalogue
    let calendar: WorkingCalendar
    let localTime: LocalTime
    /// Deadlines that are not of a kind, the oldest edition first.
    let deadlineEditions: [DeadlineEdition]
    /// Letters of the numbers of applications.
    let applicationSeries: String
    private let derived: DerivedDeadlines

    init(
        catalogue: Catalogue, calendar: WorkingCalendar, localTime: LocalTime, deadlineEditions: [DeadlineEdition], applicationSeries: String
    ) {
        self.catalogue = catalogue
        self.calendar = calendar
        self.localTime = localTime
        self.deadlineEditions = deadlineEditions
        self.applicationSeries = applicationSeries
        derived = DerivedDeadlines()
    }

    /// The deadlines in force on a day.
    func deadlines(on day: LocalDate) throws(CalendarMissing) -> DeadlineEdition {
        guard let edition = deadlineEditions.last(where: { $0.from <= day }) else { throw CalendarMissing(what: "deadlines on \(day)") }
        return edition
    }

    /// By when applications for a kind that came in at a moment must be decided.
    func decisionDeadline(
        submittedAt moment: Timestamp, kind: LicenceKind, completeness: DeadlineEdition
    ) throws -> (deadline: Licences.Deadline, calendars: [Int]) {
        let offset = try localTime.period(at: moment).offset
        return try derived.of(kind.code, receivedOn: LocalDate(moment, offset: offset), offset: offset) {
            try PermitsLaw.decisionDeadline(
                submittedAt: moment, kind: kind, completeness: completeness, calendar: calendar, localTime: localTime)
        }
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
