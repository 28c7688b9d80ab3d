import Contracts
import Trust

/// Makes tokens of any kind, good and bad, by hand.
struct Forge {
    let signer: PrivateKey
    let service: PrivateKey
    let keys: KeySet
    let now = Timestamp(seconds: 1_700_000_000)

    init() throws {
        signer = try PrivateKey(pem: Vectors.signerPEM)
        service = try PrivateKey(pem: Vectors.recipientPEM)
        keys = try KeySet([
            .init(kid: "signer", owner: KeySet.signIn, use: .signing, key: signer.publicKey),
            .init(kid: "licensing", owner: "e-license", use: .signing, key: service.publicKey),
            .init(kid: "sealing", owner: "e-license", use: .encryption, key: service.publicKey),
        ])
    }

    static let header: JSONValue = ["alg": "ES256", "kid": "signer", "typ": "JWT"]
    static let claims: JSONValue = [
        "iss": "sign-in", "sub": "900101300017", "aud": "e-license", "exp": 1_700_000_900, "iat": 1_700_000_000, "jti": "j-1",
        "capacity": "citizen",
    ]

    /// `base` with members replaced, or taken away by nil.
    static func edit(_ base: JSONValue, _ changes: [String: JSONValue?]) -> JSONValue {
        guard var object = base.object else { return base }
        for (name, value) in changes { object[name] = value }
        return .object(object)
    }

    func token(header: [String: JSONValue?] = [:], claims: [String: JSONValue?] = [:], key: PrivateKey? = nil) throws -> String {
        try token(
            header: JSON.write(Self.edit(Self.header, header)), claims: JSON.write(Self.edit(Self.claims, claims)), key: key)
    }

    func token(header: [UInt8], claims: [UInt8], key: PrivateKey? = nil) throws -> String {
        let signed = Base64URL.encode(header) + "." + Base64URL.encode(claims)
        return signed + "." + Base64URL.encode(try (key ?? signer).sign(Array(signed.utf8)))
    }
}

/// A service's own claims: some that every token has, and some that this one has.
struct CaseClaims: Codable, Equatable {
    var iss = "e-license"
    var aud = "natural-persons"
    var iat: Int64 = 1_700_000_000
    var exp: Int64 = 1_700_000_900
    var `case` = "c-1"
    var fields = ["name", "address"]
}
