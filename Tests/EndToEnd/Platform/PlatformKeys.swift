import Contracts
import FoundationEssentials
import Trust

/// The keys of a platform, made anew in a folder: the sign-in's and each service's own.
struct PlatformKeys: Sendable {
    let signIn: PrivateKey
    let signing: [ServiceName: PrivateKey]
    let opening: [ServiceName: PrivateKey]
    let everyone: KeySet
    let folder: String

    init(folder: String) throws {
        self.folder = folder
        signIn = try PrivateKey.generate()
        var signing: [ServiceName: PrivateKey] = [:]
        var opening: [ServiceName: PrivateKey] = [:]
        var entries = [PlatformKeys.entry(signIn, KeySet.signIn, .signing)]
        for service in Catalogue.services.map(\.name) {
            let (own, sealed) = (try PrivateKey.generate(), try PrivateKey.generate())
            entries.append(PlatformKeys.entry(own, service.rawValue, .signing))
            entries.append(PlatformKeys.entry(sealed, service.rawValue, .encryption))
            (signing[service], opening[service]) = (own, sealed)
            try Files.write(Array(try own.pem.utf8), to: "\(folder)/\(service).signing.pem")
            try Files.write(Array(try sealed.pem.utf8), to: "\(folder)/\(service).opening.pem")
        }
        (self.signing, self.opening) = (signing, opening)
        everyone = try KeySet(entries)
        try Files.write(Array(try signIn.pem.utf8), to: "\(folder)/sign-in.pem")
        try Files.write(everyone.jwks, to: jwksFile)
    }

    var jwksFile: String { "\(folder)/keys.jwks" }

    private static func entry(_ key: PrivateKey, _ owner: String, _ use: KeySet.Use) -> KeySet.Entry {
        KeySet.Entry(kid: key.publicKey.thumbprint, owner: owner, use: use, key: key.publicKey)
    }

    /// A caller's token, as the sign-in gives it; the parameters make false ones.
    func token(
        _ caller: Caller, for service: ServiceName, at moment: Timestamp = .now, life: Duration = .seconds(600), key: PrivateKey? = nil,
        kid: String? = nil, issuer: String? = nil
    ) throws -> String {
        guard
            let claims = TokenClaims(
                caller, issuer: issuer ?? caller.service?.rawValue ?? KeySet.signIn, audience: Audience(service.rawValue), at: moment, life: life)
        else { throw NoToken() }
        let own = key ?? caller.service.flatMap { signing[$0] } ?? signIn
        return try Token.sign(claims, key: own, kid: kid ?? own.publicKey.thumbprint, type: TokenClaims.type)
    }
}

/// Nobody signs in as anonymous.
struct NoToken: Error {}

/// Small files of a test.
enum Files {
    static func write(_ bytes: [UInt8], to path: String) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw NotWritten(path: path)
        }
    }
}

struct NotWritten: Error { var path: String }
