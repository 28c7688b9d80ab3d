import Contracts

extension PermitsLaw {
    /// By when a licence must be issued or refused: within the kind's working days after the application came in (art. 30:
    /// 15, and 30 for nuclear energy, finance, education and hydrocarbons). The deadline ends with its last day. That it runs from
    /// the receipt of the application, whose day is not counted, is assumed, and every step says on what assumption it rests.
    ///
    /// - Throws: ``CalendarMissing`` when calendars do not reach so far.
    static func decisionDeadline(
        submittedAt: Timestamp, kind: LicenceKind, completeness: DeadlineEdition, calendar: WorkingCalendar, localTime: LocalTime
    ) throws(CalendarMissing) -> (deadline: Licences.Deadline, calendars: [Int]) {
        let period = try localTime.period(at: submittedAt)
        let submitted = LocalDate(submittedAt, offset: period.offset)
        let complete = try calendar.counting(completeness.completenessDays, after: submitted)
        let count = try calendar.counting(kind.workingDays, after: submitted)
        let end = try localTime.end(of: count.last)

        var steps = [Licences.Deadline.Step(date: submitted, text: DeadlineTexts.received(period))]
        steps.append(.init(
            date: complete.last, text: DeadlineTexts.completeness(completeness, complete),
            citation: completeness.completenessCitation))
        steps += count.exceptions.map { exception in
            .init(
                date: exception.day,
                text: exception.name.map { DeadlineTexts.rest($0, isAssumed: exception.isAssumed) }
                    ?? DeadlineTexts.worked(isAssumed: exception.isAssumed))
        }
        steps.append(.init(date: count.last, text: DeadlineTexts.last(days: kind.workingDays, count), citation: article(30)))
        steps.append(.init(
            date: count.last.adding(days: 1),
            text: kind.silenceGrants
                ? DeadlineTexts.silenceGrants(isAssumed: kind.isSilenceAssumed)
                : DeadlineTexts.silenceDoesNotGrant(isAssumed: kind.isSilenceAssumed),
            citation: article(26)))
        // A stable sort by day: what was said first of a day stays first.
        let ordered = steps.enumerated().sorted { ($0.element.date, $0.offset) < ($1.element.date, $1.offset) }.map(\.element)
        return (
            Licences.Deadline(date: count.last, at: end, silenceGrants: kind.silenceGrants, steps: ordered), count.years
        )
    }
}
