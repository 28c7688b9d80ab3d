import COpenSSL

/// A private key of curve P-256: signs tokens (ES256) or opens sealed messages (ECDH-ES).
///
/// Its material stays inside libcrypto, which overwrites it when the last copy goes.
public struct PrivateKey: Sendable {
    public let publicKey: PublicKey
    let handle: KeyHandle

    private init(_ handle: KeyHandle) throws(KeyError) {
        self.handle = handle
        publicKey = try PublicKey(of: handle)
    }

    /// A new key from libcrypto's random generator.
    public static func generate() throws(KeyError) -> PrivateKey {
        try PrivateKey(.generate())
    }

    /// - Parameter pem: one unencrypted PKCS#8 `PRIVATE KEY` of curve P-256 (RFC 5958, RFC 7468), at most 8 KiB.
    /// - Throws: `KeyError.notPKCS8`, `.notP256`, `.notOnCurve`.
    public init(pem: String) throws(KeyError) {
        var text = pem
        self = try Self.read(&text)
    }

    private static func read(_ text: inout String) throws(KeyError) -> PrivateKey {
        let outcome = text.withUTF8 { utf8 in
            Result { () throws(KeyError) -> PrivateKey in try read(UnsafeRawBufferPointer(utf8)) }
        }
        return try outcome.get()
    }

    /// From the bytes of a PEM file.
    static func read(_ pem: UnsafeRawBufferPointer) throws(KeyError) -> PrivateKey {
        let label = pem.prefix(while: { $0 != 10 && $0 != 13 }).prefix(64)
        guard pem.count <= maximumPEM, label.elementsEqual("-----BEGIN PRIVATE KEY-----".utf8) else {
            let found = String(decoding: label, as: UTF8.self)
            throw .notPKCS8(found: found.hasPrefix("-----BEGIN ") ? found : nil)
        }
        return try PrivateKey(.privateKey(pem: pem))
    }

    static let maximumPEM = 8 << 10

    /// The key as PKCS#8 `PRIVATE KEY`, unencrypted: only for writing it to a file that nobody else may read.
    public var pem: String {
        get throws(KeyError) {
            guard let bio = BIO_new(BIO_s_secmem()) else { throw Libcrypto.failure("write a key") }
            defer { BIO_free(bio) }
            guard PEM_write_bio_PKCS8PrivateKey(bio, handle.pointer, nil, nil, 0, nil, nil) == 1 else {
                throw Libcrypto.failure("write a key")
            }
            var start: UnsafeMutablePointer<CChar>?
            let count = copenssl_contents(bio, &start)
            return String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }

    /// The ECDSA signature over the SHA-256 of `bytes`: r and s, 64 bytes (RFC 7518 §3.4).
    public func sign(_ bytes: some Collection<UInt8>) throws(KeyError) -> [UInt8] {
        try handle.sign(bytes)
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Names the key by its public thumbprint; never its material.
    public var description: String { "private key of \(publicKey)" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey.thumbprint]) }
}
