import Contracts
import Testing

@testable import Trust

@Suite("P-256 keys")
struct KeyTests {
    let message = Array("өтініш".utf8)

    @Test("a signature of RFC 7515 A.3 holds, and only over its own bytes")
    func rfc7515() throws {
        let key = try PublicKey(jwk: [
            "kty": "EC", "crv": "P-256", "x": .string(Vectors.rfc7515JWK.x), "y": .string(Vectors.rfc7515JWK.y),
        ])
        let signature = try #require(Base64URL.decode(Vectors.rfc7515Signature))
        #expect(key.isValid(signature: signature, for: Array(Vectors.rfc7515Signed.utf8)))
        #expect(!key.isValid(signature: signature, for: Array((Vectors.rfc7515Signed + "A").utf8)))
        #expect(key.thumbprint == Vectors.rfc7515Thumbprint)
    }

    @Test("a key signs and its public part verifies; another key does not")
    func signing() throws {
        let key = try PrivateKey.generate()
        let signature = try key.sign(message)
        #expect(signature.count == 64)
        #expect(key.publicKey.isValid(signature: signature, for: message))
        #expect(try !PrivateKey.generate().publicKey.isValid(signature: signature, for: message))
        #expect(try key.sign(message) != signature, "ECDSA with a fresh nonce each time")
    }

    @Test("signatures of another length, of zeros, or changed in any byte do not hold")
    func badSignatures() throws {
        let key = try PrivateKey.generate()
        let signature = try key.sign(message)
        for bad in [[], Array(signature.dropLast()), signature + [0], [0] + signature, Array(repeating: 0, count: 64)] {
            #expect(!key.publicKey.isValid(signature: bad, for: message))
        }
        for position in signature.indices {
            var changed = signature
            changed[position] ^= 1
            #expect(!key.publicKey.isValid(signature: changed, for: message))
        }
    }

    @Test("many short numbers: r and s with leading zeros are written with 32 bytes each")
    func leadingZeros() throws {
        let key = try PrivateKey.generate()
        for count in 0..<600 {
            let bytes = Array("\(count)".utf8)
            let signature = try key.sign(bytes)
            #expect(signature.count == 64 && key.publicKey.isValid(signature: signature, for: bytes))
        }
    }

    @Test("a PEM comes back as PKCS#8 and is the same key")
    func pem() throws {
        let key = try PrivateKey(pem: Vectors.signerPEM)
        #expect(key.publicKey.thumbprint == Vectors.signerThumbprint)
        let pem = try key.pem
        #expect(pem.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        #expect(try PrivateKey(pem: pem).publicKey == key.publicKey)
    }

    @Test("what is no P-256 key in PKCS#8 is refused with what to do")
    func badPEM() throws {
        #expect(throws: KeyError.notP256) { try PrivateKey(pem: Vectors.p384PEM) }
        let sec1 = Vectors.signerPEM.replacing("PRIVATE KEY", with: "EC PRIVATE KEY")
        #expect(throws: KeyError.notPKCS8(found: "-----BEGIN EC PRIVATE KEY-----")) { try PrivateKey(pem: sec1) }
        let encrypted = Vectors.signerPEM.replacing("PRIVATE KEY", with: "ENCRYPTED PRIVATE KEY")
        #expect(throws: KeyError.notPKCS8(found: "-----BEGIN ENCRYPTED PRIVATE KEY-----")) { try PrivateKey(pem: encrypted) }
        let long = Vectors.signerPEM + String(repeating: "\n", count: 9000)
        for text in ["", "hello", String(Vectors.signerPEM.dropLast(60)), long] {
            #expect(throws: KeyError.self) { try PrivateKey(pem: text) }
        }
        #expect("\(KeyError.notPKCS8(found: "-----BEGIN EC PRIVATE KEY-----"))".contains("openssl pkcs8"))
    }

    @Test("no way of printing a private key shows its material")
    func description() throws {
        let key = try PrivateKey(pem: Vectors.signerPEM)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(Optional(key) as Any)", "\([key])"] {
            #expect(text.contains(Vectors.signerThumbprint))
            #expect(!text.contains("PRIVATE") && !text.contains("Handle"))
        }
    }

    @Test("points that are not on the curve are refused")
    func badPoints() throws {
        let key = try PrivateKey.generate().publicKey
        var y = key.y
        y[31] ^= 1
        let zeros = [UInt8](repeating: 0, count: 32)
        let ones = [UInt8](repeating: 0xff, count: 32)
        for (x, y) in [(key.x, y), (zeros, zeros), (ones, ones), (key.x, key.x), (Array(key.x.dropFirst()), key.y), ([0] + key.x, key.y), ([], [])] {
            #expect(throws: KeyError.notOnCurve) { try PublicKey(x: x, y: y) }
        }
        #expect(try PublicKey(x: key.x, y: key.y) == key)
    }

    @Test("keys serve many threads at once")
    func threads() async throws {
        let key = try PrivateKey.generate()
        let held = try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let bytes = Array("\(number)".utf8)
                    return try key.publicKey.isValid(signature: key.sign(bytes), for: bytes)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(held == 200)
    }
}
