import COpenSSL

/// What all calls of libcrypto share: reading its error queue, and memory that is cleansed after use.
enum Libcrypto {
    /// The error for `operation`, with libcrypto's own reason; leaves its error queue empty for whoever comes next on this thread.
    static func failure(_ operation: String) -> KeyError {
        let code = ERR_get_error()
        ERR_clear_error()
        let reason = code == 0 ? nil : ERR_reason_error_string(code).map { String(cString: $0) }
        return .cryptography(operation: operation, reason: reason ?? "no reason given")
    }

    /// Gives `body` zeroed memory of `count` bytes, overwritten afterwards: for shared secrets and derived keys.
    static func withSecret<R, E: Error>(
        count: Int, _ body: (UnsafeMutableBufferPointer<UInt8>) throws(E) -> R
    ) throws(E) -> R {
        let memory = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: count)
        memory.initialize(repeating: 0)
        defer {
            OPENSSL_cleanse(memory.baseAddress, memory.count)
            memory.deallocate()
        }
        return try body(memory)
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
            if EVP_Digest(bytes, bytes.count, digest.baseAddress, nil, sha256, nil) != 1 { SHA256(bytes, bytes.count, digest.baseAddress) }
            count = 32
        }
    }

    // Algorithms are looked up by their names once: libcrypto's own look-up, for each use, costs as much as a short hash.
    // proof, for each: a constant, made under Swift's once-lock and never freed. What libcrypto has fetched is a method that nothing changes, shared
    // between threads by its reference count (EVP_MD_fetch(3), openssl-threads(7)); the contexts made from it, which do change, are made for each use.
    nonisolated(unsafe) private static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)  // proof: above
    nonisolated(unsafe) static let aes256gcm = EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)  // proof: above
    nonisolated(unsafe) static let concatKDF = EVP_KDF_fetch(nil, "SSKDF", nil)  // proof: above
}
