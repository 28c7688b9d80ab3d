/// Why a key, or a set of keys, cannot be used.
public enum KeyError: Error, Sendable, Equatable {
    /// The text is no PEM of PKCS#8 `PRIVATE KEY`; `found` is its first line where that is a PEM label.
    case notPKCS8(found: String?)
    /// The PEM holds a key of another kind or curve.
    case notP256
    /// The coordinates are no point of P-256, or not 32 bytes each.
    case notOnCurve
    /// The JWKS is larger than `limit` bytes.
    case tooLarge(limit: Int)
    /// The JWKS is no JSON of the form of RFC 7517.
    case malformed(String)
    /// Member `name` of key number `index` (from 0) is missing or wrong.
    case badMember(index: Int, name: String, reason: String)
    /// Key number `index` of a set meant for everyone holds its private part.
    case privatePart(index: Int)
    /// Two keys of the set have the same `kid`.
    case repeatedKeyID(String)
    /// The file cannot be read.
    case unreadable(file: String, reason: String)
    /// libcrypto refused an operation that should not fail.
    case cryptography(operation: String, reason: String)
}

extension KeyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notPKCS8(let found?):
            "the key begins with \"\(found)\" and not with \"-----BEGIN PRIVATE KEY-----\"; convert it: openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW"
        case .notPKCS8(nil):
            "this is no private key in PEM (PKCS#8); make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out FILE"
        case .notP256:
            "the key is not on curve P-256; make one: openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out FILE"
        case .notOnCurve:
            "the coordinates x and y are no point of curve P-256; fetch the key again from its owner"
        case .tooLarge(let limit):
            "the key set is larger than \(limit) bytes; remove keys that are no longer used"
        case .malformed(let reason):
            "the key set is no JWKS (RFC 7517): \(reason)"
        case .badMember(let index, let name, let reason):
            "key \(index) of the key set: \"\(name)\" \(reason)"
        case .privatePart(let index):
            "key \(index) of the key set holds its private part \"d\"; publish the public part only, and replace this key"
        case .repeatedKeyID(let kid):
            "two keys of the key set have kid \"\(kid)\"; give each key its own, its thumbprint for example"
        case .unreadable(let file, let reason):
            "cannot read \(file): \(reason)"
        case .cryptography(let operation, let reason):
            "libcrypto could not \(operation): \(reason)"
        }
    }
}
