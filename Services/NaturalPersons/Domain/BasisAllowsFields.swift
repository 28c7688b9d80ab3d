import Contracts

/// Who wants to see fields of a person's record, and by what right.
struct Access: Sendable, Hashable {
    enum Asker: Sendable, Hashable {
        /// An official who reads directly: the body is that of the official's own token.
        case official(body: BodyCode?)
        /// A service that asks by inquiry: its name is that of the key which signed, the case is what it says. A body that
        /// it names proves nothing and is not looked at.
        case service(ServiceName, case: String)
    }

    /// The legal basis as it was quoted.
    var basis: String
    /// The fields as they were asked for.
    var fields: [String]
    var asker: Asker
}

/// A basis opens the fields that the law lists for it, to those who may quote it, and nothing else.
///
/// - Returns: the fields asked for.
/// - Throws: `fields-missing`, `field-unknown`, `basis-unknown`, `basis-does-not-allow`, or the rule of ``askerMayQuote(_:_:_:)``.
func basisAllowsFields(_ access: Access, _ bases: Bases?, _ registering: RegisteringBodies?) throws(Refusal) -> Set<PersonField> {
    guard !access.fields.isEmpty else { throw Refusals.fieldsMissing }
    var fields: Set<PersonField> = []
    for name in access.fields {
        guard let field = PersonField(rawValue: name) else { throw Refusals.fieldUnknown }
        fields.insert(field)
    }
    guard let quoted = LegalBasis(rawValue: access.basis), let basis = bases?[quoted] else { throw Refusals.basisUnknown }
    try askerMayQuote(access.asker, basis, registering)
    let closed = fields.subtracting(basis.fields)
    guard closed.isEmpty else { throw Refusals.basisDoesNotAllow(basis, closed) }
    return fields
}

/// An official quotes a basis of the registering bodies only as one of theirs. A service asks in cases of its own, on a basis
/// that lists it; a basis of the registering bodies is for their officials, not for services.
///
/// - Throws: `basis-of-registering-bodies`, `case-of-another-service` or `basis-not-for-asker`.
func askerMayQuote(_ asker: Access.Asker, _ basis: Bases.Basis, _ registering: RegisteringBodies?) throws(Refusal) {
    let isForRegisteringBodies = basis.onlyRegisteringBodies == true
    switch asker {
    case .official(let body):
        if isForRegisteringBodies, registering?.contain(body) != true { throw Refusals.basisOfRegisteringBodies(basis) }
    case .service(let service, let caseID):
        guard CaseID(rawValue: caseID)?.service == service else { throw Refusals.caseOfAnotherService(service) }
        if isForRegisteringBodies { throw Refusals.basisOfRegisteringBodies(basis) }
        guard basis.askers.contains(service) else { throw Refusals.basisNotForAsker(basis, service) }
    }
}
