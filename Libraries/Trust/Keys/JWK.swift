public import Contracts

// A P-256 key as JSON (RFC 7517, RFC 7518 §6.2).

extension PublicKey {
    /// The key as a JWK with its four required members.
    public var jwk: JSONValue {
        ["kty": "EC", "crv": "P-256", "x": .string(Base64URL.encode(x)), "y": .string(Base64URL.encode(y))]
    }

    /// - Throws: `KeyError.malformed` where `jwk` has another form, `.notP256` for another kind of key, `.notOnCurve`.
    public init(jwk: JSONValue) throws(KeyError) {
        guard case .object = jwk else { throw .malformed("a key is an object, not \(jwk.kind)") }
        guard jwk["kty"] == "EC", jwk["crv"] == "P-256" else { throw .notP256 }
        guard jwk["d"] == nil else { throw .malformed("a public key must not hold the private part \"d\"") }
        guard let x = jwk["x"]?.string.flatMap({ Base64URL.decode($0) }), let y = jwk["y"]?.string.flatMap({ Base64URL.decode($0) })
        else { throw .malformed("x and y must be base64url without padding") }
        try self.init(x: x, y: y)
    }
}
