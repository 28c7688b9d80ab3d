import Contracts

extension Application {
    /// The applicant takes it back while it is undecided.
    ///
    /// - Throws: `Refusal` when it is closed, or granted by silence.
    mutating func withdraw(at moment: Timestamp, reason: LongText?) throws(Refusal) -> ApplicationWithdrawn {
        try requireOpen(at: moment)
        let said = reason.map { LocalizedText(kk: $0.rawValue, ru: $0.rawValue, en: $0.rawValue) }
        move(to: .withdrawn, at: moment, said)
        return ApplicationWithdrawn(application: id, number: number, at: moment)
    }
}
