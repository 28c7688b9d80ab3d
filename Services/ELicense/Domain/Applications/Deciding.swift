import Contracts

/// What a decision leaves besides the application itself.
struct DecisionOutcome: Sendable, Hashable {
    var decided: ApplicationDecided
    /// The licence that came into being, if one did.
    var licence: Licence?
}

extension PermitsLaw {
    /// Only the body that issues licences of the kind decides.
    static func licensorDecides(_ application: Application, body: BodyCode?) throws(Refusal) {
        guard let body, body == application.licensor else { throw .licensorOnly }
    }

    /// A refusal is reasoned and rests on one of the grounds of art. 32; an issue needs none.
    static func refusalHasGround(_ decision: Licences.Decision) throws(Refusal) {
        switch decision.outcome {
        case .refuse: if decision.ground == nil || decision.reasoning == nil { throw .groundNeeded }
        case .issue: if decision.ground != nil { throw .groundWithIssue }
        }
    }

    /// What a state system knows is asked there and not of the applicant (art. 29). We infer that no licence is issued
    /// without the extract: the register's silence must not force an official's hand, so refusing does not wait for it.
    static func factsAreThereToIssue(_ application: Application) throws(Refusal) {
        guard application.facts.answeredAt != nil else { throw .factsMissing }
        guard application.facts.extract != nil else { throw .factsRefused }
    }

    /// A licence ends with the death of its holder (art. 35), from which we infer that none is given to the dead.
    static func licenceEndsWithHolder(_ application: Application) throws(Refusal) {
        if application.isApplicantDeceased { throw .applicantDeceased }
    }
}

extension Application {
    /// An official issues or refuses.
    ///
    /// - Parameter newNumber: gives the licence its number; asked for only when a licence is issued.
    /// - Throws: the `Refusal` of the rule that stands against it.
    mutating func decide(
        _ decision: Licences.Decision, by caller: Caller, at moment: Timestamp, on day: LocalDate, newNumber: () throws -> LicenceNumber
    ) throws -> DecisionOutcome {
        try PermitsLaw.licensorDecides(self, body: caller.body)
        try requireOpen(at: moment)
        try PermitsLaw.refusalHasGround(decision)
        if status == .awaitingPayment { throw Refusal.unpaid }
        let issues = decision.outcome == .issue
        if issues {
            try PermitsLaw.factsAreThereToIssue(self)
            try PermitsLaw.licenceEndsWithHolder(self)
        }
        self.decision = DecisionRecord(
            status: issues ? .issued : .refused, at: moment, body: caller.body, official: caller.iin, ground: decision.ground,
            reasoning: decision.reasoning, citation: issues ? PermitsLaw.article(30) : RefusalGround.citation, rules: rules, inputs: inputs)
        let licence = issues ? try newLicence(newNumber(), on: day, isDeemed: false) : nil
        self.licence = licence?.number
        move(to: issues ? .issued : .refused, at: moment, issues ? nil : decision.ground?.text)
        return DecisionOutcome(
            decided: ApplicationDecided(
                application: id, number: number, outcome: issues ? .issued : .refused, ground: decision.ground, at: moment),
            licence: licence)
    }

    func newLicence(_ number: LicenceNumber, on day: LocalDate, isDeemed: Bool) -> Licence {
        Licence(
            number: number, application: id, kind: kind, kindsEdition: rules.kinds, licensor: licensor, holder: applicant,
            holderName: facts.extract?.name, issuedOn: day, isDeemedIssued: isDeemed, status: .active)
    }
}
