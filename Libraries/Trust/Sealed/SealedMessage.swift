import Contracts

/// A compact JWE taken apart and checked for form; nothing in it is to be believed until it opens.
struct SealedMessage {
    /// The header as it stands, which the tag authenticates.
    let protected: [UInt8]
    let kid: String?
    let apu, apv: [UInt8]
    /// The sender's ephemeral key as it is written.
    let epk: JSONValue
    let nonce, text, tag: [UInt8]

    init(_ jwe: String) throws(SealedError) {
        guard jwe.utf8.count <= Sealed.maximumSize else { throw .tooLarge(limit: Sealed.maximumSize) }
        let parts = Array(jwe.utf8).split(separator: UInt8(ascii: "."), maxSplits: 5, omittingEmptySubsequences: false)
        guard parts.count == 5 else { throw .malformed("it has \(parts.count) parts and not 5") }
        guard parts[0].count <= 8 << 10 else { throw .malformed("its header is longer than 8 KiB") }
        let header: JOSEHeader
        do {
            header = try JOSEHeader(parts[0])
        } catch {
            switch error {
            case .critical: throw .unsupported(header: "crit", found: "there")
            case .malformed(let reason): throw .malformed(reason)
            }
        }
        for (name, only) in [("alg", Sealed.algorithm), ("enc", Sealed.encryption)] where header[text: name] != only {
            throw .unsupported(header: name, found: header[text: name].map { "\"\($0)\"" } ?? "missing")
        }
        guard header["zip"] == nil else { throw .unsupported(header: "zip", found: "there") }
        guard let epk = header["epk"] else { throw .malformed("its header has no epk") }
        self.epk = epk
        protected = Array(parts[0])
        kid = header[text: "kid"]
        apu = try Self.party(header, "apu")
        apv = try Self.party(header, "apv")
        guard parts[1].isEmpty else { throw .malformed("direct key agreement has no encrypted key") }
        guard let nonce = Base64URL.decode(parts[2]), nonce.count == AESGCM.nonceSize else {
            throw .malformed("its nonce is not \(AESGCM.nonceSize) bytes of base64url")
        }
        guard let text = Base64URL.decode(parts[3]) else { throw .malformed("its ciphertext is not base64url") }
        guard let tag = Base64URL.decode(parts[4]), tag.count == AESGCM.tagSize else {
            throw .malformed("its tag is not \(AESGCM.tagSize) bytes of base64url")
        }
        self.nonce = nonce
        self.text = text
        self.tag = tag
    }

    /// The secret that the message's ephemeral key and `own` share.
    func secret(with own: PrivateKey) throws(SealedError) -> SharedSecret {
        let ephemeral: PublicKey
        do {
            ephemeral = try PublicKey(jwk: epk)
        } catch {
            throw .badEphemeralKey(error)
        }
        return try SharedSecret(own: own.handle, other: ephemeral.handle)
    }

    /// The content; nil where the tag does not fit.
    func plain(by secret: SharedSecret) throws(SealedError) -> [UInt8]? {
        let context = KeyAgreement.Context(algorithm: Sealed.encryption, bits: 256, sender: apu, recipient: apv)
        return try KeyAgreement.withContentKey(of: secret, for: context) { key throws(SealedError) in
            AESGCM.decrypt(text, tag: tag, key: key, nonce: nonce, authenticating: protected)
        }
    }

    private static func party(_ header: JOSEHeader, _ name: String) throws(SealedError) -> [UInt8] {
        guard let written = header[text: name] else { return [] }
        guard let bytes = Base64URL.decode(written) else { throw .malformed("its header \(name) is not base64url") }
        return bytes
    }
}
