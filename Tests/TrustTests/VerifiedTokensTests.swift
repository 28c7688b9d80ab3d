import Contracts
import EventLoop
import Testing
import Trust

@Suite("Verified tokens are remembered")
@Loop struct VerifiedTokensTests {
    let forge: Forge
    let sub: JSONValue = "850315300019"

    init() throws { forge = try Forge() }

    func memory(capacity: Int = 4) -> VerifiedTokens {
        VerifiedTokens(keys: forge.keys, audience: "e-license", capacity: capacity)
    }

    func token(_ number: Int = 0) throws -> String {
        try forge.token(claims: ["sub": sub, "jti": .string("j-\(number)")])
    }

    @Test("a remembered token gives the same caller, until it ends")
    func remembered() throws {
        let memory = memory()
        let token = try token()
        let first = try memory.verify(token, at: forge.now)
        #expect(try first.caller == .citizen(IIN("850315300019")))
        #expect(try memory.verify(token, at: forge.now + .seconds(929)) == first)
        #expect(memory.count == 1)
        let end = Timestamp(seconds: 1_700_000_900)
        #expect(throws: TokenError.expired(at: end)) { try memory.verify(token, at: forge.now + .seconds(930)) }
        #expect(memory.count == 0)
        #expect(throws: TokenError.expired(at: end)) { try memory.verify(token, at: forge.now + .seconds(930)) }
    }

    @Test("only the exact bytes are remembered")
    func exact() throws {
        let memory = memory()
        let token = try #require(try (0..<50).map(token).first { $0.contains("K") })
        _ = try memory.verify(token, at: forge.now)
        // The Kelvin sign equals K as text, though not as bytes; such characters must not find the token.
        for changed in [token + " ", token + ".", String(token.dropLast()), token.replacing("K", with: "\u{212A}")] {
            #expect(throws: TokenError.self) { try memory.verify(changed, at: forge.now) }
        }
        #expect(memory.count == 1)
    }

    @Test("what does not hold is not remembered")
    func refused() throws {
        let memory = memory()
        let foreign = try forge.token(claims: ["sub": sub], key: .generate())
        for _ in 0..<2 {
            #expect(throws: TokenError.badSignature(kid: "signer")) { try memory.verify(foreign, at: forge.now) }
            #expect(throws: TokenError.mayNotVouch(issuer: "sign-in", capacity: "service")) {
                try memory.verify(forge.token(claims: ["capacity": "service"]), at: forge.now)
            }
            #expect(throws: TokenError.wrongType(expected: "JWT", found: "inquiry+jwt")) {
                try memory.verify(forge.token(header: ["typ": "inquiry+jwt"]), at: forge.now)
            }
            #expect(throws: TokenError.tooLong(limit: 8192)) { try memory.verify(String(repeating: "a", count: 9000), at: forge.now) }
        }
        #expect(memory.count == 0)
    }

    @Test("it stays within its capacity, round after round")
    func bounded() throws {
        let memory = memory()
        for number in 0..<11 { _ = try memory.verify(token(number), at: forge.now) }
        #expect(memory.count == 4)
        let one = VerifiedTokens(keys: forge.keys, audience: "e-license", capacity: 0)
        for number in 0..<3 { _ = try one.verify(token(number), at: forge.now) }
        #expect(one.count == 1)
    }

    @Test("the oldest makes room")
    func evicts() throws {
        let memory = memory(capacity: 2)
        let tokens = try (0..<3).map(token)
        for token in tokens { _ = try memory.verify(token, at: forge.now) }
        // A remembered token is not held against its beginning again, which tells it from one that is verified anew.
        let early = forge.now - .seconds(60)
        #expect(throws: TokenError.notYetValid(from: forge.now)) { try memory.verify(tokens[0], at: early) }
        #expect(throws: Never.self) { try memory.verify(tokens[1], at: early) }
        #expect(throws: Never.self) { try memory.verify(tokens[2], at: early) }
    }

    @Test("other keys forget what the old ones signed")
    func replaced() throws {
        let memory = memory()
        let token = try token()
        _ = try memory.verify(token, at: forge.now)
        memory.replace(keys: try KeySet([]))
        #expect(throws: TokenError.unknownKey(kid: "signer")) { try memory.verify(token, at: forge.now) }
    }
}
