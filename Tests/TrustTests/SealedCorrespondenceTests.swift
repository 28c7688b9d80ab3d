import Contracts
import EventLoop
import Testing
@testable import Trust

@Suite("One key agreement for many sealed messages") struct SealedCorrespondenceTests {
    private func header(_ jwe: String) throws -> JSONObject {
        let first = try #require(jwe.split(separator: ".", omittingEmptySubsequences: false).first)
        let bytes = try #require(Base64URL.decode(String(first)))
        return try #require(JSON.parse(bytes).object)
    }

    @Test func `messages share the ephemeral key and nothing else, and both ways of opening read them`() async throws {
        let recipient = try PrivateKey.generate(), sender = try PrivateKey.generate()
        let (one, two, opened) = try await Loop.run {
            let writing = SealedCorrespondence(own: sender), reading = SealedCorrespondence(own: recipient)
            let one = try writing.seal(Array("one".utf8), to: recipient.publicKey, kid: recipient.publicKey.thumbprint)
            let two = try writing.seal(Array("one".utf8), to: recipient.publicKey, kid: recipient.publicKey.thumbprint)
            return (one, two, try [one, two, one].map { String(decoding: try reading.open($0), as: UTF8.self) })
        }
        #expect(opened == ["one", "one", "one"])
        #expect(try Sealed.open(two, with: recipient) == Array("one".utf8))
        #expect(try header(one)["epk"] == header(two)["epk"])
        #expect(try header(one)["apu"] != header(two)["apu"])
        // Another key and another nonce: nothing of the two ciphertexts is alike.
        #expect(one.split(separator: ".", omittingEmptySubsequences: false)[3] != two.split(separator: ".", omittingEmptySubsequences: false)[3])
    }

    @Test func `what was altered, or sealed to another, does not open with a remembered secret either`() async throws {
        let recipient = try PrivateKey.generate(), other = try PrivateKey.generate()
        try await Loop.run {
            let writing = SealedCorrespondence(own: other), reading = SealedCorrespondence(own: recipient)
            let good = try writing.seal(Array("content".utf8), to: recipient.publicKey, kid: recipient.publicKey.thumbprint)
            _ = try reading.open(good)
            var parts = good.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            parts[3] = Base64URL.encode(Array("another".utf8))
            #expect(throws: SealedError.altered) { try reading.open(parts.joined(separator: ".")) }
            let elsewhere = try writing.seal(Array("content".utf8), to: other.publicKey, kid: other.publicKey.thumbprint)
            #expect(throws: SealedError.anotherKey(kid: other.publicKey.thumbprint)) { try reading.open(elsewhere) }
            // A message that was sealed by itself opens too.
            let single = try Sealed.seal(Array("single".utf8), to: recipient.publicKey, kid: "k")
            #expect(try reading.open(single) == Array("single".utf8))
        }
    }
}
