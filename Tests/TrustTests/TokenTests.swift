import Contracts
import Testing

@testable import Trust

@Suite("Tokens: compact JWS with ES256")
struct TokenTests {
    let forge: Forge

    init() throws { forge = try Forge() }

    func refusal(of token: String, audience: String = "e-license", type: String? = nil, at moment: Timestamp? = nil) -> TokenError? {
        do {
            _ = try Token.verify(token, keys: forge.keys, audience: audience, type: type, at: moment ?? forge.now, as: JSONValue.self)
            return nil
        } catch {
            return error
        }
    }

    @Test("a token of another implementation holds")
    func fromJWCrypto() throws {
        let claims = try Token.verify(Vectors.token, keys: forge.keys, audience: "e-license", type: "JWT", at: forge.now, as: JSONValue.self)
        #expect(claims == Forge.claims)
    }

    @Test("claims of any type come back; more than the type has are passed over")
    func roundTrip() throws {
        let claims = CaseClaims()
        let token = try Token.sign(claims, key: forge.service, kid: "licensing", type: "inquiry+jwt")
        #expect(try Token.verify(token, keys: forge.keys, audience: "natural-persons", type: "inquiry+jwt", at: forge.now) == claims)
        let more = try forge.token(
            header: ["kid": "licensing"], claims: ["iss": "e-license", "case": "c-1", "fields": [], "later": ["a": 1]], key: forge.service)
        let read = try Token.verify(more, keys: forge.keys, audience: "e-license", at: forge.now, as: CaseClaims.self)
        #expect(read.case == "c-1" && read.fields.isEmpty)
    }

    @Test("a claim of the wrong form is named")
    func badClaims() throws {
        let token = try forge.token(claims: ["case": 7, "fields": []])
        #expect(throws: TokenError.badClaim(name: "/case", reason: "is refused: expected a string, found a number")) {
            try Token.verify(token, keys: forge.keys, audience: "e-license", at: forge.now, as: CaseClaims.self)
        }
        for (name, value) in [("exp", nil), ("exp", "soon"), ("exp", .number("1e3")), ("exp", -1), ("iat", nil), ("nbf", true), ("iss", nil), ("aud", nil), ("aud", [1])] as [(String, JSONValue?)] {
            guard case .badClaim(name, _) = refusal(of: try forge.token(claims: [name: value])) else {
                Issue.record("\(name) \(String(describing: value)) is not refused by name")
                continue
            }
        }
    }

    @Test("alg none, HMAC with the public key as its secret, and other algorithms")
    func algorithms() throws {
        for algorithm in ["none", "None", "HS256", "RS256", "ES384", "es256", "ES256K", ""] {
            let token = try forge.token(header: ["alg": .string(algorithm)])
            #expect(refusal(of: token) == .wrongAlgorithm(algorithm))
        }
        #expect(refusal(of: Vectors.hs256) == .wrongAlgorithm("HS256"))
        let unsigned = try forge.token(header: ["alg": "none"]).split(separator: ".").prefix(2).joined(separator: ".") + "."
        #expect(refusal(of: unsigned) == .wrongAlgorithm("none"))
        for missing in [try forge.token(header: ["alg": nil]), try forge.token(header: ["alg": 7])] {
            guard case .malformed = refusal(of: missing) else {
                Issue.record("alg missing or no string")
                continue
            }
        }
    }

    @Test("the key must be known, for signing, and the issuer's own")
    func keys() throws {
        #expect(refusal(of: try forge.token(header: ["kid": nil])) == .noKeyID)
        #expect(refusal(of: try forge.token(header: ["kid": "other"])) == .unknownKey(kid: "other"))
        #expect(refusal(of: try forge.token(header: ["kid": "sealing"], key: forge.service)) == .notASigningKey(kid: "sealing"))
        #expect(refusal(of: try forge.token(key: .generate())) == .badSignature(kid: "signer"))
        #expect(refusal(of: try forge.token(header: ["kid": "licensing"])) == .badSignature(kid: "licensing"))
        #expect(
            refusal(of: try forge.token(header: ["kid": "licensing"], key: forge.service))
                == .wrongIssuer(issuer: "sign-in", owner: "e-license"))
        let ownKey = try PrivateKey.generate()
        let embedded = try forge.token(header: ["jwk": ownKey.publicKey.jwk], key: ownKey)
        #expect(refusal(of: embedded) == .badSignature(kid: "signer"), "a key inside the token counts for nothing")
    }

    @Test("time: expired, not yet valid, issued in the future, with the leeway of clocks")
    func time() throws {
        let token = try forge.token()
        let end = Timestamp(seconds: 1_700_000_900)
        #expect(refusal(of: token, at: end + .seconds(29)) == nil)
        #expect(refusal(of: token, at: end + .seconds(30)) == .expired(at: end))
        #expect(refusal(of: token, at: forge.now - .seconds(30)) == nil)
        #expect(refusal(of: token, at: forge.now - .seconds(31)) == .notYetValid(from: forge.now))
        let later = Timestamp(seconds: 1_700_000_100)
        #expect(refusal(of: try forge.token(claims: ["nbf": 1_700_000_100])) == .notYetValid(from: later))
        #expect(refusal(of: try forge.token(claims: ["nbf": 1_700_000_100]), at: later) == nil)
        #expect(throws: TokenError.expired(at: end)) {
            try Token.verify(token, keys: forge.keys, audience: "e-license", at: end, leeway: .zero, as: JSONValue.self)
        }
    }

    @Test("the audience must be ours, alone or among several")
    func audience() throws {
        #expect(refusal(of: try forge.token(), audience: "payment-gateway") == .wrongAudience(expected: "payment-gateway", found: ["e-license"]))
        let several = try forge.token(claims: ["aud": ["a", "e-license"]])
        #expect(refusal(of: several) == nil)
        #expect(refusal(of: try forge.token(claims: ["aud": []])) == .wrongAudience(expected: "e-license", found: []))
    }

    @Test("typ is compared where one is wanted; crit is refused")
    func header() throws {
        #expect(refusal(of: try forge.token(), type: "inquiry+jwt") == .wrongType(expected: "inquiry+jwt", found: "JWT"))
        #expect(refusal(of: try forge.token(header: ["typ": nil]), type: "JWT") == .wrongType(expected: "JWT", found: nil))
        #expect(refusal(of: try forge.token(header: ["crit": ["exp"], "exp": 1])) == .criticalExtension)
        #expect(refusal(of: try forge.token(header: ["crit": []])) == .criticalExtension)
    }

    @Test("a change in any part is noticed")
    func altered() throws {
        let parts = try forge.token().split(separator: ".").map(String.init)
        for part in 0..<3 {
            let bytes = try #require(Base64URL.decode(parts[part]))
            for position in bytes.indices {
                var changed = bytes
                changed[position] ^= 1
                var texts = parts
                texts[part] = Base64URL.encode(changed)
                #expect(refusal(of: texts.joined(separator: ".")) != nil)
            }
        }
        let other = try forge.token(claims: ["sub": "someone"]).split(separator: ".").map(String.init)
        #expect(refusal(of: [parts[0], other[1], parts[2]].joined(separator: ".")) == .badSignature(kid: "signer"))
    }

    @Test("a signature is 64 bytes, written in one way")
    func signatureForm() throws {
        let parts = try forge.token().split(separator: ".").map(String.init)
        let raw = try #require(Base64URL.decode(parts[2]))
        let start = parts[0] + "." + parts[1] + "."
        let der = [0x30, 0x44, 0x02, 0x20] + raw[..<32] + [0x02, 0x20] + raw[32...]
        var loose = Array(parts[2].utf8)
        // 64 bytes leave four bits of the last character over, which must be zero.
        loose[loose.count - 1] += 1
        let texts = [
            "", Base64URL.encode(raw.dropLast()), Base64URL.encode(raw + [0]), Base64URL.encode(der), parts[2] + "==",
            String(decoding: loose, as: UTF8.self), parts[2] + ".", " " + parts[2], parts[2] + "\n",
        ]
        for text in texts {
            guard case .malformed = refusal(of: start + text) else {
                Issue.record("taken: \(text)")
                continue
            }
        }
    }

    @Test("what is no strict token is refused", arguments: [
        #"{"alg":"ES256","alg":"none","kid":"signer"}"#, #"{"alg":"ES256","kid":"signer"} x"#, #"["ES256"]"#, "ES256", "", #"{"alg":"ES256","kid":["signer"]}"#,
        "{\"alg\":\"ES256\",\"kid\":\"sign\u{0}er\"}", #"{"alg":"ES256","kid":"signer","typ":null}"#,
    ])
    func strictHeader(text: String) throws {
        let token = try forge.token(header: Array(text.utf8), claims: JSON.write(Forge.claims))
        guard case .malformed = refusal(of: token) else {
            Issue.record("taken: \(text)")
            return
        }
    }

    @Test("claims twice, broken UTF-8 and other forms are refused even where they are signed")
    func strictClaims() throws {
        let twice = Array(#"{"iss":"sign-in","iss":"sign-in","aud":"e-license","exp":1700000900,"iat":1700000000}"#.utf8)
        for claims in [twice, [0x7b, 0xff, 0x7d], Array("[]".utf8), [], Array("{} {}".utf8)] {
            guard case .malformed = refusal(of: try forge.token(header: JSON.write(Forge.header), claims: claims)) else {
                Issue.record("taken: \(claims)")
                continue
            }
        }
    }

    @Test("8 KiB is the limit, both ways, where no other is agreed")
    func tooLong() throws {
        #expect(refusal(of: String(repeating: "a", count: 8193)) == .tooLong(limit: 8192))
        #expect(refusal(of: String(repeating: ".", count: 8192)) != .tooLong(limit: 8192))
        var claims = CaseClaims()
        claims.fields = [String(repeating: "x", count: 7000)]
        #expect(throws: TokenError.tooLong(limit: 8192)) {
            try Token.sign(claims, key: forge.service, kid: "licensing", type: "JWT")
        }
        let long = try Token.sign(claims, key: forge.service, kid: "licensing", type: "JWT", limit: 10_000)
        #expect(refusal(of: long) == .tooLong(limit: 8192))
        #expect(try Token.verify(long, keys: forge.keys, audience: "natural-persons", at: forge.now, limit: 10_000) == claims)
    }
}
