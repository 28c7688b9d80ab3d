import Contracts

/// What the contracts promise about rights, read from their words by a table of its own: nothing here calls what the services call.
enum RightsTable {
    /// Who stands at the door.
    enum Kind: String, CaseIterable, Sendable {
        case anonymous, citizen
        case representativeWithPower = "representative with power", representativeWithout = "representative without"
        case officialOfBody = "official of deciding body", officialOfOther = "official of another body"
        case notary, service, `operator`
    }

    enum Whose: String, CaseIterable, Sendable { case own, other }

    enum Expected: Sendable, Hashable {
        /// 401.
        case unauthenticated
        /// 403, of the kind that is said before the operation is looked at.
        case forbidden
        /// Let in, and shown nothing of this subject: 404, a refusal, or an answer without the subject's data.
        case hidden
        /// Let in: neither 401 nor that 403; and where the subject's record is known, not 404, and a read is answered with it.
        case open
    }

    /// The words of `callers` in the contract, and whom they let in. The body of *official of X* is asked for beside.
    static let admitted: [String: Set<Kind>] = [
        "anyone": Set(Kind.allCases),
        "citizen": [.citizen],
        "representative": [.representativeWithPower],
        "official": [.officialOfBody, .officialOfOther],
        "notary": [.notary],
        "service": [.service],
        "operator": [.operator],
    ]

    /// - Parameters:
    ///   - bodies: of the two officials.
    ///   - power: what the representative with power may do.
    static func expected(_ operation: AnyOperation, _ kind: Kind, _ whose: Whose, bodies: [Kind: String], power: String) throws -> Expected {
        var isAdmitted = false
        for rule in operation.callers.map(\.text) {
            if rule.hasPrefix("official of ") {
                isAdmitted = isAdmitted || bodies[kind] == String(rule.dropFirst("official of ".count))
            } else if rule.hasPrefix("representative with power ") {
                isAdmitted = isAdmitted || kind == .representativeWithPower && power == String(rule.dropFirst("representative with power ".count))
            } else if let kinds = admitted[rule] {
                isAdmitted = isAdmitted || kinds.contains(kind)
            } else {
                throw UnknownRule(operation: operation.name, rule: rule)
            }
        }
        guard isAdmitted else { return kind == .anonymous ? .unauthenticated : .forbidden }
        if operation.callers.contains(where: { $0.text == "anyone" }) { return .open }
        switch (operation.personalData, kind) {
        case ("none", _): return .open
        // What belongs to the caller is shown to nobody else, in whatever capacity.
        case ("caller", _): return whose == .own ? .open : .hidden
        case ("subject", .citizen), ("rows", .citizen): return whose == .own ? .open : .hidden
        // An official sees what is before the own body.
        case ("rows", .officialOfOther), ("subject", .officialOfOther): return .hidden
        case ("subject", _), ("rows", _): return .open
        default: throw UnknownRule(operation: operation.name, rule: "personal data of \(operation.personalData)")
        }
    }
}

/// A word in a contract for which the table has no row: say there what it means.
struct UnknownRule: Error, CustomStringConvertible {
    let operation: String
    let rule: String
    var description: String { "\(operation) says \"\(rule)\", of which Rights/RightsTable.swift knows nothing" }
}
