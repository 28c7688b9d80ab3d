public import Contracts
import FoundationEssentials

/// What a caller's token says: who acts, in what capacity, towards whom and for how long (RFC 7519 §4.1).
public struct TokenClaims: Codable, Sendable, Hashable {
    /// The `typ` of such tokens.
    public static let type = "JWT"
    /// Longest life of a caller's token.
    public static let maximumLife: Duration = .seconds(900)

    /// Who vouches: `KeySet.signIn`, or a service for itself.
    public var iss: String
    /// A person's IIN, a service's or an operator's name.
    public var sub: String
    /// The services that may take the token.
    public var aud: Audience
    /// End and issue, in seconds since 1970.
    public var exp, iat: Int64
    /// Begin, in seconds since 1970, where it is not `iat`.
    public var nbf: Int64?
    /// Names this token.
    public var jti: String
    /// As `Caller.capacity` writes it.
    public var capacity: String
    /// The state body of an official.
    public var body: BodyCode?
    /// The position of an official.
    public var position: String?
    /// The legal entity that is represented.
    public var bin: BIN?
    /// What the representative may do.
    public var powers: [String]?

    /// The claims of a token for `caller`, to be signed with `issuer`'s key; an anonymous caller has none.
    /// - Parameter life: at most `maximumLife`, whole seconds; longer is cut.
    public init?(
        _ caller: Caller, issuer: String, audience: Audience, at moment: Timestamp = .now, life: Duration = maximumLife
    ) {
        iss = issuer
        aud = audience
        iat = moment.seconds
        exp = iat + min(life, Self.maximumLife).components.seconds
        jti = UUID().uuidString.lowercased()
        capacity = caller.capacity
        switch caller {
        case .anonymous: return nil
        case .citizen(let iin), .notary(let iin):
            sub = iin.rawValue
        case .representative(let iin, let bin, let powers):
            sub = iin.rawValue
            self.bin = bin
            self.powers = powers
        case .official(let iin, let body, let position):
            sub = iin.rawValue
            self.body = body
            self.position = position
        case .service(let name):
            sub = name.rawValue
        case .operator(let name):
            sub = name
        }
    }

    /// When the token ends.
    public var expires: Timestamp { Timestamp(seconds: exp) }
}

extension TokenClaims: CustomStringConvertible {
    /// For logs: no person's number.
    public var description: String { "token \(jti) of \(iss) for \(aud.names.joined(separator: ", ")), capacity \(capacity)" }
}
