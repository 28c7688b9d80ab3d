import Contracts
import Synchronization

/// Deadlines already derived, of the applications of one day: they are the same for all of a kind, with half a page of texts.
final class DerivedDeadlines: Sendable {
    typealias Derived = (deadline: Licences.Deadline, calendars: [Int])

    private struct OfDay {
        var day: LocalDate
        /// A day on which clocks are set back ends twice.
        var offset: Int
        var byKind: [LicenceKindCode: Derived] = [:]
    }

    private let latest = Mutex<OfDay?>(nil)

    /// What `derive` gives, or gave for an earlier application of the kind on that day.
    ///
    /// - Parameter offset: hours that local clocks are ahead of UTC.
    func of(_ kind: LicenceKindCode, receivedOn day: LocalDate, offset: Int, derive: () throws -> Derived) rethrows -> Derived {
        let known = latest.withLock { $0.flatMap { $0.day == day && $0.offset == offset ? $0.byKind[kind] : nil } }
        if let known { return known }
        let derived = try derive()
        latest.withLock { latest in
            if latest?.day != day || latest?.offset != offset { latest = OfDay(day: day, offset: offset) }
            latest?.byKind[kind] = derived
        }
        return derived
    }
}
