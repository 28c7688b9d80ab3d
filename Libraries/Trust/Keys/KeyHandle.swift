import COpenSSL
import Synchronization

/// Owns one `EVP_PKEY` of curve P-256 and frees it; a private part is overwritten by libcrypto when it is freed.
// proof: the pointer is set once in init, and nothing changes the key behind it; libcrypto lets threads read one key side by side
// (openssl-threads(7)), each operation has a context of its own or holds the lock of the kept one, and deinit, when nobody refers to it, frees it.
final class KeyHandle: @unchecked Sendable {  // proof: above
    let pointer: OpaquePointer
    /// Set up with the first signature and the first verification: that costs libcrypto some look-ups, which the next need not repeat.
    private let signer = Mutex<OpaquePointer?>(nil)
    private let verifier = Mutex<OpaquePointer?>(nil)
    /// How often it has been asked to verify, and the table for that once there is one.
    private let known = Mutex<(verified: Int, table: VerificationTable?)>((0, nil))

    /// Takes over `pointer`.
    private init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        for kept in [signer.withLock({ $0 }), verifier.withLock({ $0 })] { EVP_PKEY_CTX_free(kept) }
        EVP_PKEY_free(pointer)
    }

    static func generate() throws(KeyError) -> KeyHandle {
        guard let key = copenssl_generate_p256() else { throw Libcrypto.failure("make a P-256 key") }
        return KeyHandle(owning: key)
    }

    /// From the affine coordinates of a public key; refuses a point that is not on the curve.
    static func point(x: [UInt8], y: [UInt8]) throws(KeyError) -> KeyHandle {
        guard x.count == 32, y.count == 32 else { throw .notOnCurve }
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { throw Libcrypto.failure("read a public key") }
        defer { EVP_PKEY_CTX_free(context) }
        var encoded: [UInt8] = [4] + x + y
        var key: OpaquePointer?
        guard copenssl_read_p256_point(context, &key, &encoded, encoded.count) == 1, let key else {
            ERR_clear_error()
            throw .notOnCurve
        }
        let handle = KeyHandle(owning: key)
        guard handle.passes(EVP_PKEY_public_check_quick) else { throw .notOnCurve }
        return handle
    }

    /// From PEM bytes of one PKCS#8 private key; the caller has looked at the label.
    static func privateKey(pem: UnsafeRawBufferPointer) throws(KeyError) -> KeyHandle {
        guard let bio = BIO_new_mem_buf(pem.baseAddress, Int32(clamping: pem.count)) else {
            throw Libcrypto.failure("read a PEM")
        }
        defer { BIO_free(bio) }
        guard let key = copenssl_read_private_key(bio) else {
            ERR_clear_error()
            throw .notPKCS8(found: nil)
        }
        let handle = KeyHandle(owning: key)
        guard EVP_PKEY_is_a(key, "EC") == 1, handle.curve == "prime256v1" else { throw .notP256 }
        guard handle.passes(EVP_PKEY_check) else { throw .notOnCurve }
        return handle
    }

    private var curve: String {
        var name = [CChar](repeating: 0, count: 64)
        var length = 0
        guard EVP_PKEY_get_group_name(pointer, &name, name.count, &length) == 1 else { return "" }
        return String(decoding: name.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func passes(_ check: (OpaquePointer?) -> Int32) -> Bool {
        let passed = withContext { context in check(context) == 1 }
        if !passed { ERR_clear_error() }
        return passed
    }

    /// One operation with this key, in a context of its own. The context is nil where libcrypto had no memory, which each operation refuses.
    func withContext<R, E: Error>(_ body: (OpaquePointer?) throws(E) -> R) throws(E) -> R {
        let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil)
        defer { EVP_PKEY_CTX_free(context) }
        return try body(context)
    }

    /// Whether `body` signs, in the context kept for that.
    func signs(_ body: (OpaquePointer?) -> Int32) -> Bool {
        signer.withLock { kept in
            if kept == nil { kept = ready(EVP_PKEY_sign_init) }
            return body(kept) == 1
        }
    }

    /// Whether `body` verifies, in the context kept for that.
    func verifies(_ body: (OpaquePointer?) -> Int32) -> Bool {
        verifier.withLock { kept in
            if kept == nil { kept = ready(EVP_PKEY_verify_init) }
            return body(kept) == 1
        }
    }

    /// The table to verify with, nil until it is made. One verification begins that in the background, and none waits for it.
    func tableIfMade() -> VerificationTable? {
        let (table, isDue) = known.withLock { known in
            known.verified += 1
            return (known.table, known.verified == VerificationTable.dueAfter)
        }
        if isDue { Task.detached(priority: .background) { self.makeTable() } }
        return table
    }

    /// Where libcrypto makes none it is not tried again.
    func makeTable() {
        guard let x = try? coordinate(OSSL_PKEY_PARAM_EC_PUB_X), let y = try? coordinate(OSSL_PKEY_PARAM_EC_PUB_Y) else { return }
        let table = VerificationTable(x: x, y: y)
        known.withLock { $0.table = table }
    }

    private func ready(_ prepare: (OpaquePointer?) -> Int32) -> OpaquePointer? {
        let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil)
        if prepare(context) == 1 { return context }
        EVP_PKEY_CTX_free(context)
        return nil
    }

    /// One affine coordinate of the public point, 32 bytes: `OSSL_PKEY_PARAM_EC_PUB_X` or `_Y`.
    func coordinate(_ name: String) throws(KeyError) -> [UInt8] {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number else {
            throw Libcrypto.failure("read a public key")
        }
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: 32)
        guard BN_bn2binpad(number, &bytes, 32) == 32 else { throw Libcrypto.failure("read a public key") }
        return bytes
    }
}
