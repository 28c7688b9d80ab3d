public import Contracts

/// Why a token is refused. Texts name no person.
public enum TokenError: Error, Sendable, Equatable {
    /// Longer than `limit` bytes.
    case tooLong(limit: Int)
    /// No compact JWS (RFC 7515 §7.1), or a header or claims that are no strict JSON.
    case malformed(String)
    /// `alg` is something other than ES256: `none`, an HMAC, RSA.
    case wrongAlgorithm(String)
    /// The header asks for extensions (`crit`), and none is known.
    case criticalExtension
    /// `typ` is not the type of token that this place takes.
    case wrongType(expected: String, found: String?)
    /// The header names no key.
    case noKeyID
    /// The header names a key that the key set does not have.
    case unknownKey(kid: String)
    /// The named key is not for signing.
    case notASigningKey(kid: String)
    /// The named key was to be used until `at`.
    case keyExpired(kid: String, at: Timestamp)
    /// The signature is not the named key's over this token.
    case badSignature(kid: String)
    /// The key belongs to `owner`, who is not the token's `iss`.
    case wrongIssuer(issuer: String, owner: String)
    /// The token ended at `at`.
    case expired(at: Timestamp)
    /// The token begins at `from`.
    case notYetValid(from: Timestamp)
    /// The token is meant for someone else.
    case wrongAudience(expected: String, found: [String])
    /// A claim is missing or has another form.
    case badClaim(name: String, reason: String)
    /// The issuer may not vouch for a caller of this capacity.
    case mayNotVouch(issuer: String, capacity: String)
    /// A caller's token that lives longer than `limit`.
    case livesTooLong(limit: Duration)
    /// The token could not be signed.
    case key(KeyError)
}

extension TokenError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLong(let limit):
            "the token is longer than \(limit) bytes; ask for one with fewer claims"
        case .malformed(let reason):
            "this is no signed token (compact JWS, RFC 7515): \(reason)"
        case .wrongAlgorithm(let found):
            "the token's alg is \"\(found)\"; sign it with ES256"
        case .criticalExtension:
            "the token asks for extensions (crit); sign it without"
        case .wrongType(let expected, let found):
            "the token's typ is \(found.map { "\"\($0)\"" } ?? "missing"); a token of typ \"\(expected)\" is needed here"
        case .noKeyID:
            "the token names no key; sign it with a header kid"
        case .unknownKey(let kid):
            "the token's key \"\(kid)\" is not in the key set; sign with a registered key, or add its public part to the set"
        case .notASigningKey(let kid):
            "the token's key \"\(kid)\" is for encryption; sign with a key whose use is sig"
        case .keyExpired(let kid, let end):
            "the token's key \"\(kid)\" has expired at \(end); sign with the next key of its owner"
        case .badSignature(let kid):
            "the token's signature is not one of key \"\(kid)\" over this token; sign in again"
        case .wrongIssuer(let issuer, let owner):
            "the token says that it is from \"\(issuer)\", but its key belongs to \"\(owner)\"; each issuer signs with its own key"
        case .expired(let at):
            "the token ended at \(at); sign in again"
        case .notYetValid(let from):
            "the token begins at \(from); use it then, and check the clock of the machine that issued it"
        case .wrongAudience(let expected, let found):
            "the token is meant for \(found.joined(separator: ", ")); ask for one with aud \"\(expected)\""
        case .badClaim(let name, let reason):
            "the token's claim \(name) \(reason)"
        case .mayNotVouch(let issuer, let capacity):
            "\"\(issuer)\" may not issue tokens of capacity \"\(capacity)\"; people come from \"\(KeySet.signIn)\", a service speaks for itself only"
        case .livesTooLong(let limit):
            "the token lives longer than \(limit); ask for a shorter one and renew it"
        case .key(let reason):
            "the token could not be signed: \(reason)"
        }
    }
}
