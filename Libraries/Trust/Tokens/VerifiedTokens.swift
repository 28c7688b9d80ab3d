public import Contracts
public import EventLoop
import Glibc
import Telemetry

/// Callers' tokens that were verified, remembered by their exact bytes until they end: a verification costs more than all the rest of a read.
///
/// Only tokens that held are remembered, at most `capacity` of them; the oldest makes room.
@Loop public final class VerifiedTokens {
    /// A token that holds, and whom it speaks for.
    public struct Verified: Sendable, Hashable {
        public let claims: TokenClaims
        public let caller: Caller
    }

    /// A token's bytes. It is hashed by its end, a signature that held, which is as good as a random number. Text would not do, since
    /// two texts of different bytes can be equal.
    private struct Key: Hashable {
        let bytes: [UInt8]

        init(_ token: String) { bytes = Array(token.utf8) }

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: UnsafeRawBufferPointer(rebasing: $0.suffix(16))) }
        }

        static func == (a: Key, b: Key) -> Bool {
            a.bytes.count == b.bytes.count && memcmp(a.bytes, b.bytes, a.bytes.count) == 0
        }
    }

    private struct Slot {
        let token: Key
        let verified: Verified
    }

    private let metrics = TokenMetrics()
    private let audience: String
    private let leeway: Duration
    private let capacity: Int
    private var keys: KeySet
    /// A ring: `next` is the oldest once it is full.
    private var slots: [Slot] = []
    private var next = 0
    private var positions: [Key: Int] = [:]

    /// - Parameters:
    ///   - audience: this service's name.
    ///   - capacity: how many tokens are remembered, at least 1; some 1 KiB each.
    ///   - leeway: how far the issuer's clock may be from ours.
    public init(keys: KeySet, audience: String, capacity: Int = 4096, leeway: Duration = .seconds(30)) {
        self.keys = keys
        self.audience = audience
        self.capacity = max(1, capacity)
        self.leeway = leeway
    }

    /// The caller of a token that holds at `moment`, from memory or by verification.
    /// - Throws: `TokenError`; a remembered token that has ended throws `.expired` like any other.
    public func verify(_ compact: String, at moment: Timestamp = .now) throws(TokenError) -> Verified {
        guard compact.utf8.count <= Token.maximumSize else { throw .tooLong(limit: Token.maximumSize) }
        let token = Key(compact)
        if let position = positions[token] {
            let verified = slots[position].verified
            guard moment < verified.claims.expires + leeway else {
                positions[token] = nil
                metrics.refused.increment()
                throw .expired(at: verified.claims.expires)
            }
            metrics.remembered.increment()
            return verified
        }
        let verified: Verified
        do throws(TokenError) {
            let claims = try Token.verify(
                compact, keys: keys, audience: audience, type: TokenClaims.type, at: moment, leeway: leeway, as: TokenClaims.self)
            verified = Verified(claims: claims, caller: try claims.caller())
        } catch {
            metrics.refused.increment()
            throw error
        }
        metrics.verified.increment()
        // A long one is verified each time: what is remembered stays small.
        if token.bytes.count <= Self.longestRemembered { remember(Slot(token: token, verified: verified)) }
        return verified
    }

    /// Trusts other keys from now on, and forgets what the old ones signed.
    public func replace(keys: KeySet) {
        self.keys = keys
        slots.removeAll()
        positions.removeAll()
        next = 0
    }

    /// How many tokens are remembered.
    public var count: Int { positions.count }

    private static let longestRemembered = 2048

    private func remember(_ slot: Slot) {
        if slots.count < capacity {
            positions[slot.token] = slots.count
            slots.append(slot)
            return
        }
        let oldest = slots[next].token
        // An ended token has left the positions, and may have come back at another one.
        if positions[oldest] == next { positions[oldest] = nil }
        slots[next] = slot
        positions[slot.token] = next
        next = (next + 1) % capacity
    }
}

/// How callers' tokens were taken.
private struct TokenMetrics {
    let verified: Counter
    let remembered: Counter
    let refused: Counter

    init() {
        let tokens = Metrics.counters("egov_tokens_total", "Callers' tokens, by how they were taken.", labels: "result")
        (verified, remembered, refused) = (tokens["verified"], tokens["remembered"], tokens["refused"])
    }
}
