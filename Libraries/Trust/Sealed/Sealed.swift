import Contracts

/// Messages that only the holder of one key can read: compact JWE (RFC 7516), ECDH-ES on P-256 with A256GCM (RFC 7518 §4.6, §5.3).
///
/// Sealing says nothing of the sender, since anyone may seal to a public key: where that matters, seal a signed token.
public enum Sealed {
    /// Largest sealed message in bytes, and so of plain content about three quarters of it.
    public static let maximumSize = 1 << 20

    /// Seals `plain` to the holder of `key`, with a new ephemeral key each time.
    /// - Parameters:
    ///   - kid: names the key for its holder.
    ///   - contentType: what is inside (`cty`), such as `JWT`.
    ///   - apu: identifies the sender, and binds the message to it (RFC 7518 §4.6.1.2).
    ///   - apv: identifies the recipient, and binds the message to it (§4.6.1.3).
    /// - Throws: `SealedError.tooLarge`, `.key`.
    public static func seal(
        _ plain: [UInt8], to key: PublicKey, kid: String, contentType: String? = nil, apu: [UInt8] = [], apv: [UInt8] = []
    ) throws(SealedError) -> String {
        try seal(plain, by: Agreement(with: key, kid: kid), contentType: contentType, apu: apu, apv: apv)
    }

    /// A new ephemeral key, and what it shares with a recipient's.
    struct Agreement {
        let epk: JSONValue
        let kid: String
        let secret: SharedSecret

        init(with key: PublicKey, kid: String) throws(SealedError) {
            let ephemeral: PrivateKey
            do {
                ephemeral = try .generate()
            } catch {
                throw .key(error)
            }
            epk = ephemeral.publicKey.jwk
            self.kid = kid
            secret = try SharedSecret(own: ephemeral.handle, other: key.handle)
        }
    }

    static func seal(
        _ plain: [UInt8], by agreement: Agreement, contentType: String? = nil, apu: [UInt8], apv: [UInt8] = []
    ) throws(SealedError) -> String {
        guard plain.count <= maximumSize else { throw .tooLarge(limit: maximumSize) }
        guard let nonce = AESGCM.nonce() else { throw .key(Libcrypto.failure("make a nonce")) }
        var header = JSONObject()
        header["alg"] = .string(algorithm)
        header["enc"] = .string(encryption)
        header["epk"] = agreement.epk
        header["kid"] = .string(agreement.kid)
        if let contentType { header["cty"] = .string(contentType) }
        if !apu.isEmpty { header["apu"] = .string(Base64URL.encode(apu)) }
        if !apv.isEmpty { header["apv"] = .string(Base64URL.encode(apv)) }
        let protected = JOSEHeader.encode(.object(header))
        let context = KeyAgreement.Context(algorithm: encryption, bits: 256, sender: apu, recipient: apv)
        let sealed = try KeyAgreement.withContentKey(of: agreement.secret, for: context) { key throws(SealedError) in
            guard let sealed = AESGCM.encrypt(plain, key: key, nonce: nonce, authenticating: protected) else {
                throw .key(Libcrypto.failure("encrypt"))
            }
            return sealed
        }
        // Between header and nonce stands the encrypted key, which direct agreement does not have.
        let parts = [protected, [], Base64URL.encodedBytes(nonce), Base64URL.encodedBytes(sealed.text), Base64URL.encodedBytes(sealed.tag)]
        let message = parts.joined(separator: [UInt8(ascii: ".")])
        let text = String(decoding: Array(message), as: UTF8.self)
        guard text.utf8.count <= maximumSize else { throw .tooLarge(limit: maximumSize) }
        return text
    }

    /// The content of a message sealed to `key`.
    /// - Parameters:
    ///   - apu: where given, the sender that the message must be bound to.
    ///   - apv: where given, the recipient that it must be bound to.
    /// - Throws: `SealedError`; `.anotherKey` and `.altered` are told apart by the key that the message names (`kid` or `apv` with the key's thumbprint).
    public static func open(
        _ jwe: String, with key: PrivateKey, apu: [UInt8]? = nil, apv: [UInt8]? = nil
    ) throws(SealedError) -> [UInt8] {
        let message = try SealedMessage(jwe)
        return try open(message, with: key, secret: try message.secret(with: key), apu: apu, apv: apv)
    }

    static func open(
        _ message: SealedMessage, with key: PrivateKey, secret: SharedSecret, apu: [UInt8]? = nil, apv: [UInt8]? = nil
    ) throws(SealedError) -> [UInt8] {
        guard let plain = try message.plain(by: secret) else {
            let named = message.kid == key.publicKey.thumbprint || message.apv == key.publicKey.thumbprintBytes
            throw named ? .altered : .anotherKey(kid: message.kid)
        }
        if let apu, apu != message.apu { throw .anotherParty(name: "apu") }
        if let apv, apv != message.apv { throw .anotherParty(name: "apv") }
        return plain
    }

    static let algorithm = "ECDH-ES"
    static let encryption = "A256GCM"
}
