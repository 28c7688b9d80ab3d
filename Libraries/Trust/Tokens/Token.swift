public import Contracts

/// Signed tokens: claims as a compact JWS (RFC 7515, RFC 7519) with ES256 (RFC 7518 §3.4), and nothing else.
public enum Token {
    /// Longest token in bytes, both ways, where no other limit is given.
    public static let maximumSize = 8 << 10

    /// Signs `claims`, which must hold `iss` (the owner of the key), `aud`, `iat` and `exp`.
    /// - Parameters:
    ///   - kid: the key's name in the key sets of those who verify.
    ///   - type: the header's `typ`, such as `JWT`, so that one kind of token is never taken for another (RFC 8725 §3.11).
    ///   - limit: longest result in bytes; those who verify must allow as much.
    /// - Throws: `TokenError.tooLong`, `.key`; what encoding the claims throws.
    public static func sign(
        _ claims: some Encodable, key: PrivateKey, kid: String, type: String, limit: Int = maximumSize
    ) throws -> String {
        var token = JOSEHeader.encode(["alg": .string(algorithm), "kid": .string(kid), "typ": .string(type)])
        token.append(dot)
        token += Base64URL.encodedBytes(try JSON.encode(claims))
        let signature: [UInt8]
        do {
            signature = try key.sign(token)
        } catch {
            throw TokenError.key(error)
        }
        token.append(dot)
        token += Base64URL.encodedBytes(signature)
        guard token.count <= limit else { throw TokenError.tooLong(limit: limit) }
        return String(decoding: token, as: UTF8.self)
    }

    /// The claims of a token that holds: signed by a key of `keys` whose owner is `iss`, for `audience`, now.
    ///
    /// Claims that `C` does not have are passed over, as RFC 7519 §4 asks.
    /// - Parameters:
    ///   - type: where given, the header's `typ` must be exactly this.
    ///   - moment: real time, not the clock of law.
    ///   - leeway: how far the issuer's clock may be from ours.
    ///   - limit: longest token in bytes; more than `maximumSize` only for one that came inside a sealed message.
    public static func verify<C: Decodable>(
        _ compact: String, keys: KeySet, audience: String, type: String? = nil,
        at moment: Timestamp = .now, leeway: Duration = .seconds(30), limit: Int = maximumSize, as claims: C.Type = C.self
    ) throws(TokenError) -> C {
        let token = try SignedToken(compact, limit: limit)
        if let type, token.type != type { throw .wrongType(expected: type, found: token.type) }
        guard let entry = keys[token.kid] else { throw .unknownKey(kid: token.kid) }
        guard entry.use == .signing else { throw .notASigningKey(kid: token.kid) }
        if let end = entry.expires, !entry.holds(at: moment) { throw .keyExpired(kid: token.kid, at: end) }
        guard entry.key.isValid(signature: token.signature, for: token.signed) else { throw .badSignature(kid: token.kid) }
        let tree = try token.claims(limit: limit)
        let registered = try RegisteredClaims(tree)
        guard registered.issuer == entry.owner else {
            throw .wrongIssuer(issuer: registered.issuer, owner: entry.owner)
        }
        guard registered.audience.contains(audience) else {
            throw .wrongAudience(expected: audience, found: registered.audience)
        }
        try registered.check(at: moment, leeway: leeway)
        do {
            return try JSON.decode(C.self, from: tree, unknown: .ignore)
        } catch {
            throw .badClaim(name: error.pointer, reason: "is refused: \(error.text.en)")
        }
    }

    static let algorithm = "ES256"
    private static let dot = UInt8(ascii: ".")
}
