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

    /// Gives `body` the content key that the keys behind `secret` have for `context`, and overwrites it afterwards.
    static func withContentKey<R>(
        of secret: SharedSecret, for context: Context, _ body: (UnsafeMutableBufferPointer<UInt8>) throws(SealedError) -> R
    ) throws(SealedError) -> R {
        try Libcrypto.withSecret(count: context.bits / 8) { key throws(SealedError) in
            guard concatKDF(secret.bytes, context.otherInfo, into: key) else { throw .key(Libcrypto.failure("derive a content key")) }
            return try body(key)
        }
    }

    fileprivate static func agree(own: KeyHandle, other: KeyHandle, into secret: UnsafeMutableBufferPointer<UInt8>) -> Bool {
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
        _ secret: UnsafeBufferPointer<UInt8>, _ info: [UInt8], into key: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        guard let context = EVP_KDF_CTX_new(Libcrypto.concatKDF) else { return false }
        defer { EVP_KDF_CTX_free(context) }
        return copenssl_derive_sskdf(
            context, secret.baseAddress, secret.count, info, info.count, key.baseAddress, key.count) == 1
    }
}

/// What an own private key and another's public key share (RFC 7518 §4.6); overwritten when it goes.
final class SharedSecret {
    private let memory: UnsafeMutableBufferPointer<UInt8>

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(memory) }

    /// - Throws: `SealedError.key` where libcrypto refuses to agree.
    init(own: KeyHandle, other: KeyHandle) throws(SealedError) {
        memory = .allocate(capacity: 32)
        memory.initialize(repeating: 0)
        guard KeyAgreement.agree(own: own, other: other, into: memory) else { throw .key(Libcrypto.failure("agree on a secret")) }
    }

    deinit {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }
}
