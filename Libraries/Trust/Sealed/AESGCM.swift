import COpenSSL

/// AES-256-GCM with a nonce of 96 and a tag of 128 bits (RFC 7518 §5.3).
enum AESGCM {
    static let nonceSize = 12
    static let tagSize = 16

    /// The ciphertext and its tag; nil where libcrypto refuses.
    static func encrypt(
        _ plain: [UInt8], key: UnsafeMutableBufferPointer<UInt8>, nonce: [UInt8], authenticating header: [UInt8]
    ) -> (text: [UInt8], tag: [UInt8])? {
        guard nonce.count == nonceSize, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var tag = [UInt8](repeating: 0, count: tagSize)
        var length: Int32 = 0
        guard EVP_EncryptInit_ex(context, Libcrypto.aes256gcm, nil, key.baseAddress, nonce) == 1,
            EVP_EncryptUpdate(context, nil, &length, header, Int32(header.count)) == 1
        else { return nil }
        let text = bytes(plain.count) { output in
            EVP_EncryptUpdate(context, output, &length, plain, Int32(plain.count)) == 1
                && EVP_EncryptFinal_ex(context, output + Int(length), &length) == 1
        }
        guard let text, EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(tagSize), &tag) == 1 else { return nil }
        return (text, tag)
    }

    /// The plain bytes; nil where the tag does not fit, that is, where the key is another or anything was altered.
    static func decrypt(
        _ text: [UInt8], tag: [UInt8], key: UnsafeMutableBufferPointer<UInt8>, nonce: [UInt8], authenticating header: [UInt8]
    ) -> [UInt8]? {
        guard nonce.count == nonceSize, tag.count == tagSize, let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        var tag = tag
        var length: Int32 = 0
        guard EVP_DecryptInit_ex(context, Libcrypto.aes256gcm, nil, key.baseAddress, nonce) == 1,
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tagSize), &tag) == 1,
            EVP_DecryptUpdate(context, nil, &length, header, Int32(header.count)) == 1
        else { return nil }
        let plain = bytes(text.count) { output in
            EVP_DecryptUpdate(context, output, &length, text, Int32(text.count)) == 1
                && EVP_DecryptFinal_ex(context, output + Int(length), &length) == 1
        }
        if plain == nil { ERR_clear_error() }
        return plain
    }

    /// Fresh random bytes for a nonce; nil where the generator fails.
    static func nonce() -> [UInt8]? {
        bytes(nonceSize) { RAND_bytes($0, Int32(nonceSize)) == 1 }
    }

    /// `count` bytes that `fill` writes; nil, and overwritten, where it fails: unauthenticated plain text never leaves.
    private static func bytes(_ count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Bool) -> [UInt8]? {
        // One byte more, so that there is an address even where count is 0.
        var filled = false
        let result = [UInt8](unsafeUninitializedCapacity: count + 1) { buffer, used in
            guard let start = buffer.baseAddress else { return }
            filled = fill(start)
            if !filled { OPENSSL_cleanse(start, count) }
            used = filled ? count : 0
        }
        return filled ? result : nil
    }
}
