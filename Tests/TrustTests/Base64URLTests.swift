import Testing
import Trust

@Suite("Base64url is strict (RFC 4648 §5, RFC 7515 §2)")
struct Base64URLTests {
    @Test("the vectors of RFC 4648 §10, without padding", arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"), ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func vectors(plain: String, text: String) {
        #expect(Base64URL.encode(Array(plain.utf8)) == text)
        #expect(Base64URL.decode(text) == Array(plain.utf8))
    }

    @Test("the URL alphabet of RFC 7515 appendix C")
    func alphabet() {
        #expect(Base64URL.encode([3, 236, 255, 224, 193]) == "A-z_4ME")
        #expect(Base64URL.decode("A-z_4ME") == [3, 236, 255, 224, 193])
    }

    @Test("every byte and every length come back")
    func roundTrip() {
        for length in 0..<66 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(Base64URL.decode(Base64URL.encode(bytes)) == bytes)
        }
    }

    @Test("padding, spaces, the other alphabet, a lone character and trailing bits are refused", arguments: [
        "Zg==", "Zg=", " Zg", "Zg\n", "Zm 9v", "A+z/4ME", "Z", "Zm9vY", "Zh", "Zm9", "Zm9vYmF\u{0}", "Zmé", "ＡＢ",
    ])
    func refused(text: String) {
        #expect(Base64URL.decode(text) == nil)
    }
}
