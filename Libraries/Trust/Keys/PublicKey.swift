import COpenSSL

/// A public key of curve P-256 (secp256r1), parsed once and checked to be a point of the curve.
public struct PublicKey: Sendable {
    /// The affine coordinates, 32 bytes each, big-endian.
    public let x, y: [UInt8]
    let handle: KeyHandle

    /// - Parameters: `x` and `y`: affine coordinates, exactly 32 bytes each, big-endian.
    /// - Throws: `KeyError.notOnCurve`.
    public init(x: [UInt8], y: [UInt8]) throws(KeyError) {
        handle = try .point(x: x, y: y)
        self.x = x
        self.y = y
    }

    /// The public part of the pair that `handle` holds.
    init(of pair: KeyHandle) throws(KeyError) {
        try self.init(x: pair.coordinate(OSSL_PKEY_PARAM_EC_PUB_X), y: pair.coordinate(OSSL_PKEY_PARAM_EC_PUB_Y))
    }

    /// SHA-256 of the key's required members (RFC 7638), 43 characters of base64url: the usual `kid`.
    public var thumbprint: String {
        Base64URL.encode(thumbprintBytes)
    }

    var thumbprintBytes: [UInt8] {
        let members = #"{"crv":"P-256","kty":"EC","x":"\#(Base64URL.encode(x))","y":"\#(Base64URL.encode(y))"}"#
        return Libcrypto.sha256(Array(members.utf8))
    }

    /// Whether `signature` (r and s, exactly 64 bytes) is this key's ECDSA signature over the SHA-256 of `bytes`.
    public func isValid(signature: [UInt8], for bytes: some Collection<UInt8>) -> Bool {
        handle.isValid(signature, for: bytes)
    }
}

extension PublicKey: Hashable {
    public static func == (one: PublicKey, other: PublicKey) -> Bool {
        one.x == other.x && one.y == other.y
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(x)
        hasher.combine(y)
    }
}

extension PublicKey: CustomStringConvertible {
    /// The thumbprint.
    public var description: String { "P-256 \(thumbprint)" }
}
