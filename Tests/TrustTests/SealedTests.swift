import Contracts
import Testing

@testable import Trust

@Suite("Sealed messages: compact JWE, ECDH-ES and A256GCM")
struct SealedTests {
    let recipient: PrivateKey

    init() throws { recipient = try PrivateKey(pem: Vectors.recipientPEM) }

    func seal(_ text: String, apu: String = "", apv: String = "") throws -> String {
        try Sealed.seal(
            Array(text.utf8), to: recipient.publicKey, kid: recipient.publicKey.thumbprint,
            apu: Array(apu.utf8), apv: Array(apv.utf8))
    }

    /// A message with its header rewritten.
    func rewrite(_ jwe: String, _ edit: (inout JSONObject) -> Void) throws -> String {
        var parts = jwe.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let bytes = try #require(Base64URL.decode(parts[0]))
        var header = try #require(JSON.parse(bytes).object)
        edit(&header)
        parts[0] = Base64URL.encode(JSON.write(.object(header)))
        return parts.joined(separator: ".")
    }

    @Test("the key agreement of RFC 7518 appendix C, from both sides")
    func appendixC() throws {
        let alice = try PrivateKey(pem: Vectors.alicePEM)
        let bob = try PrivateKey(pem: Vectors.bobPEM)
        let context = KeyAgreement.Context(
            algorithm: "A128GCM", bits: 128, sender: Array("Alice".utf8), recipient: Array("Bob".utf8))
        for (own, other) in [(alice, bob), (bob, alice)] {
            let secret = try SharedSecret(own: own.handle, other: other.publicKey.handle)
            let key = try KeyAgreement.withContentKey(of: secret, for: context) { Array($0) }
            #expect(Base64URL.encode(key) == Vectors.agreedKey)
        }
    }

    @Test("what another implementation sealed opens")
    func fromJWCrypto() throws {
        let apu = Array("natural-persons".utf8)
        let apv = Array("e-license".utf8)
        let plain = try Sealed.open(Vectors.sealed, with: recipient, apu: apu, apv: apv)
        #expect(String(decoding: plain, as: UTF8.self) == "қорытынды / выписка / extract")
        #expect(try Sealed.open(Vectors.sealedPlainly, with: recipient) == Array("plain, without apu and apv".utf8))
        #expect(throws: SealedError.anotherParty(name: "apu")) { try Sealed.open(Vectors.sealed, with: recipient, apu: apv) }
        #expect(throws: SealedError.anotherParty(name: "apv")) { try Sealed.open(Vectors.sealed, with: recipient, apv: apu) }
    }

    @Test("content of any length comes back, and no two sealings are alike", arguments: [0, 1, 15, 16, 17, 1000, 700_000])
    func roundTrip(length: Int) throws {
        let text = String(repeating: "ж", count: length / 2) + String(repeating: "a", count: length % 2)
        let one = try seal(text, apu: "a", apv: "b")
        #expect(try Sealed.open(one, with: recipient) == Array(text.utf8))
        #expect(try seal(text, apu: "a", apv: "b") != one)
    }

    @Test("nothing of the content can be read in the message")
    func opaque() throws {
        let message = try seal("IIN 900101300017")
        let parts = message.split(separator: ".", omittingEmptySubsequences: false)
        #expect(!message.contains("900101300017"))
        #expect(parts.allSatisfy { part in Base64URL.decode(String(part)).map { !String(decoding: $0, as: UTF8.self).contains("9001") } ?? false })
    }

    @Test("another key does not open it, and the error names the key that would")
    func anotherKey() throws {
        let other = try PrivateKey.generate()
        let message = try seal("a")
        #expect(throws: SealedError.anotherKey(kid: Vectors.recipientThumbprint)) { try Sealed.open(message, with: other) }
        #expect(throws: SealedError.anotherKey(kid: nil)) { try Sealed.open(Vectors.sealedPlainly, with: other) }
    }

    @Test("a change in any part is noticed")
    func altered() throws {
        let message = try seal("extract", apu: "a", apv: "b")
        let parts = message.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        for part in [2, 3, 4] {
            var bytes = try #require(Base64URL.decode(parts[part]))
            bytes[0] ^= 1
            var changed = parts
            changed[part] = Base64URL.encode(bytes)
            #expect(throws: SealedError.altered) { try Sealed.open(changed.joined(separator: "."), with: recipient) }
        }
        for name in ["apu", "apv", "cty"] {
            let changed = try rewrite(message) { $0[name] = "YQY" }
            #expect(throws: SealedError.altered) { try Sealed.open(changed, with: recipient) }
        }
        let swapped = try rewrite(message) { $0["epk"] = try? PrivateKey.generate().publicKey.jwk }
        #expect(throws: SealedError.altered) { try Sealed.open(swapped, with: recipient) }
        let renamed = try rewrite(message) { $0["kid"] = "x" }
        #expect(throws: SealedError.anotherKey(kid: "x")) { try Sealed.open(renamed, with: recipient) }
    }

    @Test("an ephemeral key that is no point of the curve is refused before it meets the private key")
    func invalidCurve() throws {
        let message = try seal("a")
        let point = recipient.publicKey
        var y = point.y
        y[31] ^= 1
        let coordinates: [(String, String)] = [
            (Base64URL.encode(point.x), Base64URL.encode(y)),
            (Base64URL.encode(Array(repeating: 0, count: 32)), Base64URL.encode(Array(repeating: 0, count: 32))),
            (Base64URL.encode(point.x.dropFirst()), Base64URL.encode(point.y)), ("", ""),
        ]
        for (x, y) in coordinates {
            let changed = try rewrite(message) { $0["epk"] = ["kty": "EC", "crv": "P-256", "x": .string(x), "y": .string(y)] }
            #expect(throws: SealedError.badEphemeralKey(.notOnCurve)) { try Sealed.open(changed, with: recipient) }
        }
        for epk: JSONValue in [["kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"], ["kty": "OKP", "crv": "X25519", "x": "AA"]] {
            let changed = try rewrite(message) { $0["epk"] = epk }
            #expect(throws: SealedError.badEphemeralKey(.notP256)) { try Sealed.open(changed, with: recipient) }
        }
    }

    @Test("other algorithms, compression and extensions are refused by name")
    func unsupported() throws {
        func header(of message: String) -> String? {
            guard case .unsupported(let header, _)? = #expect(throws: SealedError.self, performing: {
                try Sealed.open(message, with: recipient)
            }) else { return nil }
            return header
        }
        #expect(header(of: Vectors.sealedA128) == "enc")
        #expect(header(of: Vectors.sealedKeyWrap) == "alg")
        #expect(header(of: Vectors.sealedCompressed) == "zip")
        let message = try seal("a")
        #expect(header(of: try rewrite(message) { $0["crit"] = ["x"] }) == "crit")
        #expect(header(of: try rewrite(message) { $0["alg"] = nil }) == "alg")
        #expect(header(of: try rewrite(message) { $0["alg"] = "ecdh-es" }) == "alg")
    }

    @Test("what has not the form of a message is refused")
    func malformed() throws {
        let message = try seal("a")
        let parts = message.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        func with(_ part: Int, _ text: String) -> String {
            var changed = parts
            changed[part] = text
            return changed.joined(separator: ".")
        }
        let bad = [
            "", "....", "a.b.c", message + ".", message + "=", with(0, "e30="), with(0, Base64URL.encode(Array("[]".utf8))),
            with(1, "AAAA"), with(2, ""), with(2, parts[2] + "AAAA"), with(3, "A"), with(4, "AAAA"),
            try rewrite(message) { $0["epk"] = nil }, try rewrite(message) { $0["apu"] = 1 }, try rewrite(message) { $0["apv"] = "=" },
            with(0, Base64URL.encode(Array(#"{"alg":"ECDH-ES","alg":"ECDH-ES","enc":"A256GCM"}"#.utf8))),
        ]
        for text in bad {
            guard case .malformed? = #expect(throws: SealedError.self, performing: { try Sealed.open(text, with: recipient) }) else {
                Issue.record("not called malformed: \(text.prefix(80))")
                continue
            }
        }
    }

    @Test("1 MiB is the limit, both ways")
    func tooLarge() throws {
        let content = [UInt8](repeating: 0, count: 800_000)
        #expect(throws: SealedError.tooLarge(limit: Sealed.maximumSize)) {
            try Sealed.seal(content, to: recipient.publicKey, kid: "k")
        }
        #expect(throws: SealedError.tooLarge(limit: Sealed.maximumSize)) {
            try Sealed.open(String(repeating: "A", count: Sealed.maximumSize + 1), with: recipient)
        }
    }
}
