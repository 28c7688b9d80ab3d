/// Why something could not be sealed, or a sealed message not opened.
public enum SealedError: Error, Sendable, Equatable {
    /// The message is, or would become, longer than `limit` bytes.
    case tooLarge(limit: Int)
    /// The message is no compact JWE (RFC 7516 §7.1).
    case malformed(String)
    /// The message uses something other than ECDH-ES on P-256 with A256GCM.
    case unsupported(header: String, found: String)
    /// The sender's ephemeral key is no point of P-256: an attack on the recipient's key, or rubbish.
    case badEphemeralKey(KeyError)
    /// The message was sealed to another key; `kid` is the one that it names.
    case anotherKey(kid: String?)
    /// The message names this key and still does not open: it was changed on its way.
    case altered
    /// The message opens, but its `name` (`apu` or `apv`) is not what the caller expects.
    case anotherParty(name: String)
    /// libcrypto refused an operation that should not fail.
    case key(KeyError)
}

extension SealedError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let limit):
            "the sealed message is longer than \(limit) bytes; send less, or in parts"
        case .malformed(let reason):
            "this is no compact JWE (RFC 7516): \(reason)"
        case .unsupported(let header, let found):
            "the message's \(header) is \(found); seal with alg ECDH-ES on P-256, enc A256GCM and no extensions"
        case .badEphemeralKey(let reason):
            "the message's ephemeral key is refused (\(reason)); have its sender seal it again"
        case .anotherKey(let kid?):
            "the message is sealed to key \"\(kid)\", which is not this key; open it with that one, or have it sealed to this one"
        case .anotherKey(nil):
            "the message does not open with this key; open it with the key it was sealed to, or have it sealed again"
        case .altered:
            "the message was changed after it was sealed; have its sender send it again"
        case .anotherParty(let name):
            "the message's \(name) is not the expected one: it was meant for another exchange"
        case .key(let reason):
            "\(reason)"
        }
    }
}
