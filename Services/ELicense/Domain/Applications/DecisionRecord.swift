import Contracts

/// With which editions of the law's data an application is judged.
struct RuleEditions: Codable, Sendable, Hashable {
    /// Edition of the catalogue of kinds.
    var kinds: String
    /// Edition of the deadlines that are not of a kind.
    var deadlines: String
    /// Years of the working-day calendars by which the deadline was counted.
    var calendars: [Int]
    /// Working days for the decision.
    var workingDays: Int
    /// Whether no source establishes that silence grants, or does not.
    var isSilenceAssumed: Bool
}

/// A decision as it is kept: what was decided, by whom, and all that it was decided with, so that it can be run again.
struct DecisionRecord: Codable, Sendable, Hashable {
    /// What was known when it was decided.
    struct Inputs: Codable, Sendable, Hashable {
        var submittedAt: Timestamp
        var deadline: LocalDate
        var deadlineAt: Timestamp
        var silenceGrants: Bool
        var factsAnsweredAt: Timestamp?
        var personStatus: Persons.Status?
        /// The rule by which the register gave no extract.
        var factsRefusal: String?
    }

    var status: ApplicationStatus
    var at: Timestamp
    /// None where the law itself decided by silence.
    var body: BodyCode?
    var official: IIN?
    var ground: RefusalGround?
    var reasoning: LongText?
    var citation: String?
    var rules: RuleEditions
    var inputs: Inputs

    /// What the applicant and the licensor read; the official's personal number stays in the record.
    var view: Licences.DecisionView {
        Licences.DecisionView(status: status, at: at, body: body, ground: ground, reasoning: reasoning, citation: citation)
    }
}
