import Contracts

/// A compact JWS taken apart and checked for form; nothing in it is to be believed until its signature holds.
struct SignedToken {
    /// Header and claims as they stand: what the signature is over.
    let signed: ArraySlice<UInt8>
    let signature: [UInt8]
    let kid: String
    let type: String?
    private let payload: ArraySlice<UInt8>

    init(_ compact: String, limit: Int) throws(TokenError) {
        guard compact.utf8.count <= limit else { throw .tooLong(limit: limit) }
        let bytes = Array(compact.utf8)
        let parts = bytes.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .malformed("it must have three parts with dots between") }
        guard parts[0].count <= 8 << 10 else { throw .malformed("its header is longer than 8 KiB") }
        let header: JOSEHeader
        do {
            header = try JOSEHeader(parts[0])
        } catch {
            switch error {
            case .critical: throw .criticalExtension
            case .malformed(let reason): throw .malformed(reason)
            }
        }
        guard let algorithm = header[text: "alg"] else { throw .malformed("its header has no alg") }
        guard algorithm == Token.algorithm else { throw .wrongAlgorithm(algorithm) }
        guard let kid = header[text: "kid"] else { throw .noKeyID }
        guard let signature = Base64URL.decode(parts[2]), signature.count == 64 else {
            throw .malformed("its signature is not 64 bytes of base64url")
        }
        self.kid = kid
        self.signature = signature
        type = header[text: "typ"]
        payload = parts[1]
        signed = bytes[..<parts[1].endIndex]
    }

    /// The claims, to be read once the signature holds.
    func claims(limit: Int) throws(TokenError) -> JSONValue {
        guard let bytes = Base64URL.decode(payload) else { throw .malformed("its claims are not base64url") }
        do {
            return try JSON.parse(bytes, limits: JSONLimits(maxBytes: limit, maxDepth: 16))
        } catch {
            throw .malformed("its claims, \(error)")
        }
    }
}
