import Contracts

/// The claims of RFC 7519 §4.1 that every token here must have, whatever else it says.
struct RegisteredClaims {
    let issuer: String
    let audience: [String]
    let issued, expires: Timestamp
    let notBefore: Timestamp?

    init(_ claims: JSONValue) throws(TokenError) {
        guard case .object = claims else { throw .malformed("its claims are \(claims.kind) and not an object") }
        guard let issuer = claims["iss"]?.string else { throw .badClaim(name: "iss", reason: "must be a string") }
        self.issuer = issuer
        audience = try Self.audience(claims["aud"])
        expires = try Self.moment(claims, "exp")
        issued = try Self.moment(claims, "iat")
        notBefore = claims["nbf"] == nil ? nil : try Self.moment(claims, "nbf")
    }

    /// Whether the token holds at `moment`; one issued in the future does not.
    func check(at moment: Timestamp, leeway: Duration) throws(TokenError) {
        guard moment < expires + leeway else { throw .expired(at: expires) }
        let begins = max(issued, notBefore ?? issued)
        guard begins <= moment + leeway else { throw .notYetValid(from: begins) }
    }

    private static func audience(_ claim: JSONValue?) throws(TokenError) -> [String] {
        if let one = claim?.string { return [one] }
        if let several = claim?.array {
            let names = several.compactMap(\.string)
            if names.count == several.count { return names }
        }
        throw .badClaim(name: "aud", reason: "must be a string or an array of strings")
    }

    /// Whole seconds since 1970 within the years that can be written.
    private static func moment(_ claims: JSONValue, _ name: String) throws(TokenError) -> Timestamp {
        guard let seconds = claims[name]?.int, (0...253_402_300_799).contains(seconds) else {
            throw .badClaim(name: name, reason: "must be whole seconds since 1970")
        }
        return Timestamp(seconds: Int64(seconds))
    }
}
