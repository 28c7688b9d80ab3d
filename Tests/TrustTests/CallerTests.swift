import Contracts
import Testing
import Trust

@Suite("Who may vouch for whom")
struct CallerTests {
    let forge: Forge
    let iin: IIN

    init() throws {
        forge = try Forge()
        iin = try IIN("850315300019")
    }

    func claims(_ changes: [String: JSONValue?]) throws -> TokenClaims {
        try JSON.decode(TokenClaims.self, from: Forge.edit(Forge.edit(Forge.claims, ["sub": "850315300019"]), changes))
    }

    @Test("every kind of caller comes back from its token")
    func roundTrip() throws {
        let bin = try BIN("150140000121")
        let people: [Caller] = [
            .citizen(iin), .notary(iin), .representative(iin, bin, powers: ["licences"]),
            .official(iin, body: "justice", position: "head"), .operator("aigul"),
        ]
        for caller in people {
            let claims = try #require(TokenClaims(caller, issuer: KeySet.signIn, audience: "e-license", at: forge.now))
            let token = try Token.sign(claims, key: forge.signer, kid: "signer", type: TokenClaims.type)
            let read = try Token.verify(token, keys: forge.keys, audience: "e-license", type: "JWT", at: forge.now, as: TokenClaims.self)
            #expect(read == claims)
            #expect(try read.caller() == caller)
        }
        let service = try #require(TokenClaims(.service("e-license"), issuer: "e-license", audience: Audience(["a", "b"]), at: forge.now))
        let token = try Token.sign(service, key: forge.service, kid: "licensing", type: TokenClaims.type)
        #expect(try Token.verify(token, keys: forge.keys, audience: "b", at: forge.now, as: TokenClaims.self).caller() == .service("e-license"))
        #expect(TokenClaims(.anonymous, issuer: KeySet.signIn, audience: "a") == nil)
    }

    @Test("a service's key makes no citizen, official, operator or other service")
    func serviceVouches() throws {
        for capacity in ["citizen", "representative", "official", "notary", "operator"] {
            #expect(throws: TokenError.mayNotVouch(issuer: "e-license", capacity: capacity)) {
                try claims(["iss": "e-license", "capacity": .string(capacity)]).caller()
            }
        }
        for issuer in [KeySet.signIn, "gateway"] {
            #expect(throws: TokenError.mayNotVouch(issuer: issuer, capacity: "service")) {
                try claims(["iss": .string(issuer), "sub": "e-license", "capacity": "service"]).caller()
            }
        }
    }

    @Test("a caller's token lives at most 15 minutes")
    func life() throws {
        #expect(throws: TokenError.livesTooLong(limit: .seconds(900))) { try claims(["exp": 1_700_000_901]).caller() }
        let cut = try #require(TokenClaims(.citizen(iin), issuer: KeySet.signIn, audience: "a", at: forge.now, life: .seconds(86_400)))
        #expect(cut.exp - cut.iat == 900)
    }

    @Test("a claim that the capacity needs, missing or wrong, is named", arguments: [
        ("capacity", "king", "capacity"), ("capacity", "anonymous", "capacity"), ("capacity", "official", "body"),
        ("capacity", "representative", "bin"), ("sub", "850315300018", "sub"), ("sub", "", "sub"),
    ] as [(String, JSONValue, String)])
    func missing(name: String, value: JSONValue, blamed: String) throws {
        let claims = try claims([name: value])
        guard case .badClaim(blamed, let reason)? = #expect(throws: TokenError.self, performing: { try claims.caller() }) else {
            Issue.record("\(blamed) is not named")
            return
        }
        #expect(!reason.contains("850315"), "no personal number in the reason")
    }

    @Test("an official without position, a body that is no code")
    func official() throws {
        #expect(throws: TokenError.badClaim(name: "position", reason: "must be given where capacity is \"official\"")) {
            try claims(["capacity": "official", "body": "justice"]).caller()
        }
        let token = try forge.token(claims: ["body": "No Body"])
        guard case .badClaim("/body", _)? = #expect(throws: TokenError.self, performing: {
            try Token.verify(token, keys: forge.keys, audience: "e-license", at: forge.now, as: TokenClaims.self)
        }) else {
            Issue.record("body is not named")
            return
        }
    }

    @Test("claims in a log show no personal number")
    func description() throws {
        #expect(try !"\(claims([:]))".contains("850315"))
    }
}
