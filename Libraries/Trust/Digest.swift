/// Hashes of bytes.
public enum Digest {
    /// SHA-256 (FIPS 180-4), 32 bytes.
    public static func sha256(_ bytes: [UInt8]) -> [UInt8] { Libcrypto.sha256(bytes) }
}
