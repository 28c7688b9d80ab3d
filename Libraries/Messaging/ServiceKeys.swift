public import Contracts
import EventLoop
public import Trust

/// The keys of a service: its own, and everyone's public ones.
public struct ServiceKeys: Sendable {
    public let service: ServiceName
    /// Signs what the service says, under ``signingKeyID``.
    public let signing: PrivateKey
    /// Opens what was sealed to the service.
    public let opening: PrivateKey
    /// Who may sign what, and to whom one may seal.
    public let everyone: KeySet
    private let correspondence: SealedCorrespondence

    public init(service: ServiceName, signing: PrivateKey, opening: PrivateKey, everyone: KeySet) {
        self.service = service
        self.signing = signing
        self.opening = opening
        self.everyone = everyone
        signingKeyID = signing.publicKey.thumbprint
        correspondence = SealedCorrespondence(own: opening)
    }

    /// Of what is signed and then sealed, in bytes.
    private static let maximumToken = 512 << 10

    let signingKeyID: String

    /// Signs `claims` and seals them, so that the topic's other readers see headers only.
    ///
    /// - Throws: ``NoKey`` when the receiver has no key to seal to.
    @Loop func signedAndSealed(_ claims: some Encodable, type: String, to receiver: ServiceName) throws -> [UInt8] {
        guard let entry = everyone.newest(of: receiver.rawValue, for: .encryption) else { throw NoKey(owner: receiver) }
        let token = try Token.sign(claims, key: signing, kid: signingKeyID, type: type, limit: ServiceKeys.maximumToken)
        return Array(try correspondence.seal(Array(token.utf8), to: entry.key, kid: entry.kid).utf8)
    }

    /// Opens what was sealed to this service and verifies who signed it.
    ///
    /// - Throws: `SealedError` when it was sealed to another key, `TokenError` when the signature or its claims do not hold.
    @Loop func openedAndVerified<Claims: Decodable & Sendable>(_ data: [UInt8], type: String, as claims: Claims.Type) throws -> Claims {
        let token = try correspondence.open(String(decoding: data, as: UTF8.self))
        return try Token.verify(String(decoding: token, as: UTF8.self), keys: everyone, audience: service.rawValue, type: type, limit: ServiceKeys.maximumToken, as: claims)
    }
}

/// Nobody with that name has a key to seal to.
public struct NoKey: Error, CustomStringConvertible {
    public let owner: ServiceName
    public var description: String { "no encryption key of \(owner) in TOKEN_KEYS: add its public key, use \"enc\"" }
}
