import Contracts

/// Applications as people read them.
enum ApplicationText {
    /// How a deadline follows from the law, a line a step.
    static func derivation(_ deadline: Licences.Deadline, _ language: Language) -> [String] {
        deadline.steps.map { step in
            "  \(step.date)  \(step.text[language])" + (step.citation.map { " [\($0)]" } ?? "")
        }
    }

    static func lines(_ answer: Licences.StatusAnswer, _ language: Language) -> [String] {
        aligned([
            ("application", answer.number.rawValue), ("status", answer.status.text[language]), ("licence", answer.licence?.rawValue),
            ("at", "\(answer.at)"),
        ])
    }

    static func lines(_ application: Licences.Application, _ language: Language) -> [String] {
        let decision = application.decision
        return aligned([
            ("application", application.number.rawValue), ("kind", "\(application.title[language]) (\(application.kind))"),
            ("status", application.status.text[language]), ("applicant", name(application, language)),
            ("licensor", application.licensor.title[language]), ("case", application.case.rawValue),
            ("submitted", "\(application.submittedAt)"), ("register", register(application.facts)),
            ("decided", decision.map { "\($0.at)" + ($0.body.map { " by \($0)" } ?? " by law") }),
            ("ground", decision?.groundText?[language]), ("reasoning", decision?.reasoning?.rawValue),
            ("citation", decision?.citation), ("licence", application.licence?.rawValue),
            ("decided by", "\(application.deadline.date)" + (application.deadline.silenceGrants ? ", and silence grants" : "")),
        ]) + derivation(application.deadline, language) + ["history"]
            + application.history.map { "  \($0.at)  \($0.text?[language] ?? $0.status.text[language])" }
    }

    /// Only to whoever may see it: the service sends the number to the applicant and the deciding body.
    private static func name(_ application: Licences.Application, _ language: Language) -> String {
        let name = application.facts?.extract?.name.map { "\($0[language]), " } ?? ""
        return name + application.applicant.rawValue
    }

    private static func register(_ facts: Licences.Facts?) -> String? {
        guard let facts else { return nil }
        if let refusal = facts.refusal { return "refused: \(refusal.text.en)" }
        if let at = facts.answeredAt { return "asked \(facts.askedAt), answered \(at)" }
        return "asked \(facts.askedAt)" + (facts.isLate ? ", late" : "")
    }
}
