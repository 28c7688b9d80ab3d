import Contracts

extension PermitsLaw {
    /// A licence is deemed issued when the deadline passes undecided (art. 26), unless the kind is one where silence does not
    /// grant. That it does not grant to somebody known to have died is inferred from art. 35: a licence ends with its holder.
    static func silenceGrants(_ application: Application) -> Bool {
        application.deadline.silenceGrants && application.status != .awaitingPayment && !application.isApplicantDeceased
    }
}

extension Application {
    /// The deadline has passed. Silence is of the state: it grants whether or not the register has answered. Where it does not
    /// grant, the case is recorded as overdue and an official still has to decide it.
    ///
    /// The law decides at the deadline itself, however late this comes to run.
    ///
    /// - Parameters:
    ///   - day: the local day that begins as the deadline ends.
    ///   - newNumber: gives the licence its number; asked for only when a licence comes into being.
    /// - Returns: nil when nothing was decided.
    mutating func deadlinePassed(
        at moment: Timestamp, on day: LocalDate, newNumber: () throws -> LicenceNumber
    ) throws -> DecisionOutcome? {
        guard !status.isFinal, moment >= deadline.at else { return nil }
        guard PermitsLaw.silenceGrants(self) else {
            let isForTheDead = deadline.silenceGrants && isApplicantDeceased
            move(to: status, at: deadline.at, isForTheDead ? CaseTexts.overdueDeceased : CaseTexts.overdue)
            return nil
        }
        decision = DecisionRecord(
            status: .deemedIssued, at: deadline.at, reasoning: try LongText(CaseTexts.deemedIssued(self)[language]),
            citation: PermitsLaw.article(26), rules: rules, inputs: inputs)
        let licence = newLicence(try newNumber(), on: day, isDeemed: true)
        self.licence = licence.number
        move(to: .deemedIssued, at: deadline.at, CaseTexts.deemedIssued(self))
        return DecisionOutcome(
            decided: ApplicationDecided(application: id, number: number, outcome: .deemedIssued, at: deadline.at), licence: licence)
    }
}
