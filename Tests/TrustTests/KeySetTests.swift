import Contracts
import FoundationEssentials
import Testing
import Trust

@Suite("Key sets (RFC 7517)")
struct KeySetTests {
    let signing: KeySet.Entry
    let sealing: KeySet.Entry

    init() throws {
        let signer = try PrivateKey(pem: Vectors.signerPEM).publicKey
        let recipient = try PrivateKey(pem: Vectors.recipientPEM).publicKey
        signing = .init(kid: "signer", owner: KeySet.signIn, use: .signing, key: signer)
        sealing = .init(kid: recipient.thumbprint, owner: "e-license", use: .encryption, key: recipient)
    }

    func set(_ edit: (inout JSONObject) -> Void) throws -> [UInt8] {
        var member = try #require(signing.key.jwk.object)
        member["kid"] = "signer"
        member["owner"] = "sign-in"
        member["use"] = "sig"
        edit(&member)
        return JSON.write(["keys": [.object(member)]])
    }

    @Test("a set comes back from its JWKS, and from a file")
    func roundTrip() throws {
        let set = try KeySet([signing, sealing])
        #expect(try KeySet(jwks: set.jwks) == set)
        #expect(set["signer"]?.key == signing.key)
        #expect(set["other"] == nil)
        #expect(set.newest(of: "e-license", for: .encryption) == sealing)
        #expect(set.newest(of: "e-license", for: .signing) == nil)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).json")
        try Data(set.jwks).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try KeySet.load(file: file.path) == set)
        #expect(throws: KeyError.notPKCS8(found: nil)) { try PrivateKey.load(file: file.path) }
        try Data(Vectors.signerPEM.utf8).write(to: file)
        #expect(try PrivateKey.load(file: file.path).publicKey == signing.key)
    }

    @Test("a key with an end is kept with it, and is used no longer")
    func expiring() throws {
        let forge = try Forge()
        func keys(until end: Timestamp) throws -> KeySet {
            let set = try KeySet([.init(kid: "signer", owner: KeySet.signIn, use: .signing, key: forge.signer.publicKey, expires: end)])
            #expect(try KeySet(jwks: set.jwks) == set)
            return set
        }
        func verify(_ keys: KeySet) throws(TokenError) -> TokenClaims {
            let token: String
            do { token = try forge.token() } catch { throw .malformed("\(error)") }
            return try Token.verify(token, keys: keys, audience: "e-license", type: nil, at: forge.now, as: TokenClaims.self)
        }
        #expect(throws: Never.self) { try verify(try keys(until: forge.now + .seconds(1))) }
        #expect(throws: TokenError.keyExpired(kid: "signer", at: forge.now)) { try verify(try keys(until: forge.now)) }
        #expect(try keys(until: Timestamp(seconds: Timestamp.now.seconds - 1)).newest(of: KeySet.signIn, for: .signing) == nil)
        #expect(throws: KeyError.badMember(index: 0, name: "exp", reason: "must be whole seconds since 1970")) {
            try KeySet(jwks: try set { $0["exp"] = "tomorrow" })
        }
    }

    @Test("a file that is missing or too large is named")
    func files() throws {
        #expect(throws: KeyError.unreadable(file: "/nowhere/keys.json", reason: "No such file or directory")) {
            try KeySet.load(file: "/nowhere/keys.json")
        }
        #expect(throws: KeyError.unreadable(file: "/dev/zero", reason: "it is larger than 8192 bytes")) {
            try PrivateKey.load(file: "/dev/zero")
        }
    }

    @Test("keys of other kinds are passed over")
    func others() throws {
        let rsa: JSONValue = ["kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "r"]
        let p384: JSONValue = ["kty": "EC", "crv": "P-384", "x": "AQAB", "y": "AQAB", "kid": "p"]
        #expect(try KeySet(jwks: JSON.write(["keys": [rsa, p384]])).entries.isEmpty)
    }

    @Test("a fault in a P-256 key is refused, with the key and the member")
    func faults() throws {
        for name in ["kid", "owner", "use"] {
            let bytes = try set { $0[name] = nil }
            guard case .badMember(0, name, _)? = #expect(throws: KeyError.self, performing: { try KeySet(jwks: bytes) }) else {
                Issue.record("\(name) is not named")
                continue
            }
        }
        let wrong: [(String, JSONValue)] = [
            ("use", "both"), ("alg", "HS256"), ("alg", "ECDH-ES"), ("kid", ""), ("kid", 7), ("owner", ["a"]),
            ("x", "AAAA"), ("y", .string(signing.key.jwk["x"]?.string ?? "")), ("x", "not base64url!"),
        ]
        for (name, value) in wrong {
            let bytes = try set { $0[name] = value }
            #expect(throws: KeyError.self, "\(name)") { try KeySet(jwks: bytes) }
        }
        let published = try set { $0["d"] = "AAAA" }
        #expect(throws: KeyError.privatePart(index: 0)) { try KeySet(jwks: published) }
        #expect(throws: KeyError.repeatedKeyID("signer")) { try KeySet([signing, signing]) }
    }

    @Test("what is no JWKS is refused", arguments: [
        "", "[]", "{}", #"{"keys":{}}"#, #"{"keys":[]"#, #"{"keys":[],"keys":[]}"#, #"{"keys":[{"kty":"EC","kty":"EC"}]}"#,
    ])
    func malformed(text: String) {
        #expect(throws: KeyError.self) { try KeySet(jwks: Array(text.utf8)) }
    }

    @Test("a set beyond 256 KiB is refused unread")
    func tooLarge() {
        #expect(throws: KeyError.tooLarge(limit: KeySet.maximumSize)) {
            try KeySet(jwks: [UInt8](repeating: 0x20, count: KeySet.maximumSize + 1))
        }
    }
}
