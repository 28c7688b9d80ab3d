import COpenSSL

/// ECDH-ES of RFC 7518 §4.6: a shared secret of an ephemeral key and the recipient's, turned into a content key by Concat KDF.
enum KeyAgreement {
    /// What the content key is bound to (RFC 7518 §4.6.2).
    struct Context {
        /// Name of the algorithm that the key is for: `A256GCM`.
        var algorithm: String
        /// Length of the key in bits.
        var bits: Int
        /// Who sends (`apu`) and who receives (`apv`).
        var sender: [UInt8] = []
        var recipient: [UInt8] = []

        /// OtherInfo of NIST SP 800-56A §5.8.1.2: each part with its length before it, then the length of the key.
        var otherInfo: [UInt8] {
            [Array(algorithm.utf8), sender, recipient].flatMap { Self.word($0.count) + $0 } + Self.word(bits)
        }

        private static func word(_ number: Int) -> [UInt8] {
            withUnsafeBytes(of: UInt32(truncatingIfNeeded: number).bigEndian, Array.init)
        }
    }

    /// Gives `body` the content key that `own` private key and `other` public key share, and overwrites it afterwards.
    static func withContentKey<R>(
        own: KeyHandle, other: KeyHandle, for context: Context,
        _ body: (UnsafeMutableBufferPointer<UInt8>) throws(SealedError) -> R
    ) throws(SealedError) -> R {
        try Libcrypto.withSecret(count: 32) { secret throws(SealedError) in
            try Libcrypto.withSecret(count: context.bits / 8) { key throws(SealedError) in
                guard agree(own: own, other: other, into: secret), concatKDF(secret, context.otherInfo, into: key) else {
                    throw .key(Libcrypto.failure("agree on a content key"))
                }
                return try body(key)
            }
        }
    }

    private static func agree(own: KeyHandle, other: KeyHandle, into secret: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        own.withContext { context in
            var length = secret.count
            return EVP_PKEY_derive_init(context) == 1
                && EVP_PKEY_derive_set_peer(context, other.pointer) == 1
                && EVP_PKEY_derive(context, secret.baseAddress, &length) == 1
                && length == secret.count
        }
    }

    /// Concat KDF with SHA-256 (NIST SP 800-56A §5.8.1); libcrypto calls it SSKDF.
    private static func concatKDF(
        _ secret: UnsafeMutableBufferPointer<UInt8>, _ info: [UInt8], into key: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let method = EVP_KDF_fetch(nil, "SSKDF", nil) else { return false }
        defer { EVP_KDF_free(method) }
        guard let context = EVP_KDF_CTX_new(method) else { return false }
        defer { EVP_KDF_CTX_free(context) }
        return copenssl_derive_sskdf(
            context, secret.baseAddress, secret.count, info, info.count, key.baseAddress, key.count) == 1
    }
}
