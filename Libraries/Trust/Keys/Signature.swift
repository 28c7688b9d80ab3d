import COpenSSL

// ECDSA with SHA-256 (RFC 7518 §3.4). JOSE writes a signature as r and s of 32 bytes each, libcrypto as DER.

extension KeyHandle {
    func sign(_ bytes: some Collection<UInt8>) throws(KeyError) -> [UInt8] {
        let digest = Libcrypto.sha256(Array(bytes))
        var der = [UInt8](repeating: 0, count: 80)
        var length = der.count
        let signed = signs { EVP_PKEY_sign($0, &der, &length, digest, digest.count) }
        guard signed, let raw = Self.raw(der.prefix(length)) else { throw Libcrypto.failure("sign") }
        return raw
    }

    func isValid(_ signature: [UInt8], for bytes: some Collection<UInt8>) -> Bool {
        let digest = Libcrypto.sha256(Array(bytes))
        if let table = tableIfMade() { return table.isValid(signature, digest: digest) }
        guard let der = Self.der(signature) else { return false }
        let valid = verifies { EVP_PKEY_verify($0, der, der.count, digest, digest.count) }
        if !valid { ERR_clear_error() }
        return valid
    }

    /// r and s, 64 bytes, of a DER signature.
    private static func raw(_ der: ArraySlice<UInt8>) -> [UInt8]? {
        der.withUnsafeBufferPointer { der in
            var start = der.baseAddress
            guard let signature = d2i_ECDSA_SIG(nil, &start, der.count) else { return nil }
            defer { ECDSA_SIG_free(signature) }
            var raw = [UInt8](repeating: 0, count: 64)
            let written = raw.withUnsafeMutableBufferPointer { raw in
                BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw.baseAddress, 32) == 32
                    && BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw.baseAddress.map { $0 + 32 }, 32) == 32
            }
            return written ? raw : nil
        }
    }

    /// DER of r and s; nil unless they are 64 bytes.
    ///
    /// Written out, since this runs for every token: SEQUENCE { INTEGER r, INTEGER s }, each at most 33 bytes.
    private static func der(_ raw: [UInt8]) -> [UInt8]? {
        guard raw.count == 64 else { return nil }
        var body: [UInt8] = []
        body.reserveCapacity(72)
        for half in [raw[..<32], raw[32...]] {
            var number = half.drop { $0 == 0 }
            if number.isEmpty { number = half.suffix(1) }
            let signed = number.first.map { $0 >= 0x80 } ?? false
            body.append(0x02)
            body.append(UInt8(number.count + (signed ? 1 : 0)))
            if signed { body.append(0) }
            body.append(contentsOf: number)
        }
        return [0x30, UInt8(body.count)] + body
    }
}
