import Contracts

/// The protected header of a compact JWS or JWE (RFC 7515 §4, RFC 7516 §4), read strictly from its base64url part.
struct JOSEHeader {
    private let members: JSONValue

    enum Failure: Error {
        /// What is wrong with the part, for people.
        case malformed(String)
        /// `crit` is there; nothing that it could name is understood.
        case critical
    }

    init(_ part: ArraySlice<UInt8>) throws(Failure) {
        guard let bytes = Base64URL.decode(part) else { throw .malformed("its header is not base64url") }
        do {
            members = try JSON.parse(bytes, limits: JSONLimits(maxBytes: 8 << 10, maxDepth: 4, maxValues: 64))
        } catch {
            throw .malformed("its header, \(error)")
        }
        guard case .object = members else { throw .malformed("its header is \(members.kind)") }
        guard members["crit"] == nil else { throw .critical }
        for name in ["alg", "enc", "kid", "typ", "cty", "apu", "apv"] {
            guard let member = members[name] else { continue }
            guard let text = member.string, text.utf8.count <= 1024 else {
                throw .malformed("its header \(name) is not a string of at most 1024 bytes")
            }
        }
    }

    /// A member that is text.
    subscript(text name: String) -> String? { members[name]?.string }

    /// Any member.
    subscript(name: String) -> JSONValue? { members[name] }

    /// The header of `members` as base64url.
    static func encode(_ members: JSONValue) -> [UInt8] {
        Base64URL.encodedBytes(JSON.write(members))
    }
}
