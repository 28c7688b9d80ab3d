public import Contracts

/// The public keys that a service trusts, each with the one who may sign with it: a JWKS (RFC 7517 §5) whose keys have one member more, `owner`.
public struct KeySet: Sendable, Hashable {
    /// What a key is for; a key never serves both.
    public enum Use: String, Sendable, Hashable {
        /// It signs tokens (ES256).
        case signing = "sig"
        /// Messages are sealed to it (ECDH-ES).
        case encryption = "enc"
    }

    public struct Entry: Sendable, Hashable {
        /// Names the key within the set; its thumbprint unless there is a reason for another name.
        public let kid: String
        /// Who holds the private part: a service's name, or `KeySet.signIn`. A token's `iss` must be this.
        public let owner: String
        public let use: Use
        public let key: PublicKey
        /// From then on it is not accepted; a member `exp`, in seconds since 1970. None: until it is taken out of the set.
        public let expires: Timestamp?

        public init(kid: String, owner: String, use: Use, key: PublicKey, expires: Timestamp? = nil) {
            self.kid = kid
            self.owner = owner
            self.use = use
            self.key = key
            self.expires = expires
        }

        /// Whether it may be used at a moment.
        public func holds(at moment: Timestamp = .now) -> Bool { expires.map { moment < $0 } ?? true }
    }

    /// The owner that establishes who people are.
    public static let signIn = "sign-in"
    /// Largest JWKS in bytes.
    public static let maximumSize = 256 << 10

    /// In the order given.
    public let entries: [Entry]
    private let positions: [String: Int]

    /// - Throws: `KeyError.repeatedKeyID`.
    public init(_ entries: [Entry]) throws(KeyError) {
        var positions: [String: Int] = [:]
        for (position, entry) in entries.enumerated() {
            guard positions.updateValue(position, forKey: entry.kid) == nil else { throw .repeatedKeyID(entry.kid) }
        }
        self.entries = entries
        self.positions = positions
    }

    /// From the bytes of a JWKS, fetched or read, at most `maximumSize`.
    ///
    /// Keys of other kinds and curves are passed over, as RFC 7517 §5 asks; a P-256 key with a fault is refused.
    /// - Throws: `KeyError`, with the position of the key that is wrong.
    public init(jwks: [UInt8]) throws(KeyError) {
        guard jwks.count <= Self.maximumSize else { throw .tooLarge(limit: Self.maximumSize) }
        let tree: JSONValue
        do {
            tree = try JSON.parse(jwks, limits: JSONLimits(maxBytes: Self.maximumSize, maxDepth: 8))
        } catch {
            throw .malformed("\(error)")
        }
        guard let keys = tree["keys"]?.array else { throw .malformed("it must be an object with an array \"keys\"") }
        var entries: [Entry] = []
        for (index, key) in keys.enumerated() where key["kty"] == "EC" && key["crv"] == "P-256" {
            entries.append(try Entry(jwk: key, index: index))
        }
        try self.init(entries)
    }

    /// The set as a JWKS, in the form that `init(jwks:)` reads.
    public var jwks: [UInt8] {
        JSON.write(["keys": .array(entries.map(\.jwk))], pretty: true)
    }

    /// The key so named.
    public subscript(kid: String) -> Entry? {
        positions[kid].map { entries[$0] }
    }

    /// The newest key (the last in the set that has not expired) that `owner` holds for `use`: the one to seal to.
    public func newest(of owner: String, for use: Use) -> Entry? {
        entries.last { $0.owner == owner && $0.use == use && $0.holds() }
    }
}

extension KeySet.Entry {
    fileprivate var jwk: JSONValue {
        var members = key.jwk.object ?? JSONObject()
        members["kid"] = .string(kid)
        members["use"] = .string(use.rawValue)
        members["alg"] = .string(use.algorithm)
        members["owner"] = .string(owner)
        if let expires { members["exp"] = .number("\(expires.seconds)") }
        return .object(members)
    }

    fileprivate init(jwk: JSONValue, index: Int) throws(KeyError) {
        guard jwk["d"] == nil else { throw .privatePart(index: index) }
        func text(_ name: String, _ meaning: String) throws(KeyError) -> String {
            guard let text = jwk[name]?.string, !text.isEmpty, text.utf8.count <= 256 else {
                throw .badMember(index: index, name: name, reason: "must be \(meaning), 1 to 256 bytes")
            }
            return text
        }
        let kid = try text("kid", "the name of the key")
        let owner = try text("owner", "the name of the service that holds the private part, or \"\(KeySet.signIn)\"")
        guard let use = KeySet.Use(rawValue: try text("use", "\"sig\" or \"enc\"")) else {
            throw .badMember(index: index, name: "use", reason: "must be \"sig\" or \"enc\"")
        }
        if let algorithm = jwk["alg"], algorithm != .string(use.algorithm) {
            throw .badMember(index: index, name: "alg", reason: "must be \"\(use.algorithm)\" where use is \"\(use.rawValue)\"")
        }
        var expires: Timestamp?
        if let end = jwk["exp"] {
            guard case .number(let text) = end, let seconds = Int64(text), (0...253_402_300_799).contains(seconds) else {
                throw .badMember(index: index, name: "exp", reason: "must be whole seconds since 1970")
            }
            expires = Timestamp(seconds: seconds)
        }
        do {
            self.init(kid: kid, owner: owner, use: use, key: try PublicKey(jwk: jwk), expires: expires)
        } catch {
            throw .badMember(index: index, name: "x", reason: "and \"y\" are refused: \(error)")
        }
    }
}

extension KeySet.Use {
    fileprivate var algorithm: String {
        switch self {
        case .signing: "ES256"
        case .encryption: "ECDH-ES"
        }
    }
}
