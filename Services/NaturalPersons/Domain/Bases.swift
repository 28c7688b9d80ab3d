import Contracts

/// What rules of law open of the register, as one dated data file has it.
struct Bases: Codable, Sendable, Hashable {
    struct Basis: Codable, Sendable, Hashable {
        var basis: LegalBasis
        var citation: String
        var title: LocalizedText
        var fields: [PersonField]
        /// The services that may quote it by inquiry; officials who read directly are not among them.
        var askers: [ServiceName]
        /// Only the bodies that keep the register may quote it.
        var onlyRegisteringBodies: Bool?
        /// The research does not establish the list of fields.
        var assumed: Bool
    }

    var note: String?
    var bases: [Basis]

    subscript(basis: LegalBasis) -> Basis? { bases.first { $0.basis == basis } }
}

/// The bodies that record and correct persons, as one dated data file has them.
struct RegisteringBodies: Codable, Sendable, Hashable {
    struct Body: Codable, Sendable, Hashable {
        var body: BodyCode
        var title: LocalizedText
        /// The research does not establish the body's short name.
        var assumed: Bool
    }

    var act: String
    var assumed: Bool
    var note: String?
    var bodies: [Body]

    func contain(_ body: BodyCode?) -> Bool { bodies.contains { $0.body == body } }
}
