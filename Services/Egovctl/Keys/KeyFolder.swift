import CommandLine
import Contracts
import Glibc
import Trust

/// The folder of development keys: who holds it may speak for anybody, so production has none.
struct KeyFolder: Sendable {
    let path: String

    var jwksFile: String { "\(path)/keys.jwks" }

    /// Where a private key lies: `sign-in.pem`, `e-license.signing.pem`, `e-license.opening.pem`.
    func file(_ owner: String, _ use: KeySet.Use) -> String {
        guard owner != KeySet.signIn else { return "\(path)/sign-in.pem" }
        return "\(path)/\(owner).\(use == .signing ? "signing" : "opening").pem"
    }

    /// Everyone who has keys, in the order of the key set.
    static let holders: [(owner: String, use: KeySet.Use)] = [(KeySet.signIn, .signing)] + services

    private static let services: [(owner: String, use: KeySet.Use)] =
        Catalogue.services.flatMap { [($0.name.rawValue, .signing), ($0.name.rawValue, .encryption)] }

    /// What became of one key.
    struct Outcome: Sendable {
        let owner: String
        let use: KeySet.Use
        let file: String
        let kid: String
        let isNew: Bool
    }

    /// Makes what is missing, keeps what is there, and writes the set of all public keys.
    /// - Parameter ofServicesOnly: without a key by which people could be signed in by hand.
    func complete(ofServicesOnly: Bool = false) throws -> [Outcome] {
        try prepare()
        var outcomes: [Outcome] = []
        var entries: [KeySet.Entry] = []
        for (owner, use) in ofServicesOnly ? Self.services : Self.holders {
            let file = file(owner, use)
            let isNew = !Files.exists(file)
            let key = try isNew ? make(file) : PrivateKey.load(file: file)
            let kid = key.publicKey.thumbprint
            entries.append(KeySet.Entry(kid: kid, owner: owner, use: use, key: key.publicKey))
            outcomes.append(Outcome(owner: owner, use: use, file: file, kid: kid, isNew: isNew))
        }
        try publish(entries)
        return outcomes
    }

    private func prepare() throws {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            if mkdir(built, 0o700) != 0, errno != EEXIST { throw Files.failure("cannot make the folder \(built)") }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw Files.failure("cannot use the folder \(path)") }
        guard status.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
            throw CommandFailure("others may enter \(path), and its mode cannot be changed", advice: "give --directory a folder of your own")
        }
    }

    private func make(_ file: String) throws -> PrivateKey {
        let key = try PrivateKey.generate()
        try Files.write(Array(try key.pem.utf8), to: file, mode: 0o600)
        return key
    }

    /// Keys that stand in the set already, of former times or of others, stay in front.
    private func publish(_ entries: [KeySet.Entry]) throws {
        let present = Files.exists(jwksFile) ? try KeySet.load(file: jwksFile) : nil
        let own = Set(entries.map(\.kid))
        let set = try KeySet((present?.entries ?? []).filter { !own.contains($0.kid) } + entries)
        guard set != present else { return }
        try Files.write(set.jwks, to: jwksFile, mode: 0o644)
    }

    /// Signs a caller's token with the key of whoever may vouch for them.
    /// - Parameter life: at most 15 minutes.
    func token(for caller: Caller, audience: Audience = .everyService, life: Duration = TokenClaims.maximumLife) throws -> SignedIn {
        let issuer = caller.service?.rawValue ?? KeySet.signIn
        let file = file(issuer, .signing)
        guard Files.exists(file) else {
            throw CommandFailure(
                "there is no development key \(file)",
                advice: "egovctl token keys --directory \(path), or name another folder by --keys; production has none: use --token-file")
        }
        let key = try PrivateKey.load(file: file)
        guard let claims = TokenClaims(caller, issuer: issuer, audience: audience, life: life) else {
            throw CommandFailure("whoever has not signed in needs no token")
        }
        let token = try Token.sign(claims, key: key, kid: key.publicKey.thumbprint, type: TokenClaims.type)
        return SignedIn(token: token, expires: claims.expires)
    }
}

/// A token and when it ends.
struct SignedIn: Sendable {
    let token: String
    let expires: Timestamp
}

extension Audience {
    static let everyService = Audience(Catalogue.services.map(\.name.rawValue))
}
