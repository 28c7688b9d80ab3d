import Contracts

/// Editions of something that the law fixes, each in force from a day until the next one.
struct Dated<Content: Sendable>: Sendable {
    struct Edition: Sendable {
        var from: LocalDate
        var content: Content
    }

    private let editions: [Edition]

    init(_ editions: [Edition]) { self.editions = editions.sorted { $0.from < $1.from } }

    /// The edition in force on a day; nil before the first.
    func inForce(on day: LocalDate) -> Content? { editions.last { $0.from <= day }?.content }
}
