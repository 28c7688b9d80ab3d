import COpenSSL
import Contracts
public import EventLoop

/// Seals many messages to the holders of keys, and opens many that were sealed to one's own, with one key agreement for all that go
/// between two parties within ten minutes.
///
/// The agreement is what costs: two multiplications on the curve. Every message still has a content key of its own, since each carries a
/// random `apu`, which enters the derivation (RFC 7518 §4.6.2). What is given up is that each message has a new ephemeral key (§4.6):
/// whoever could read this process's memory could read what was sealed in the last ten minutes. The private part of the ephemeral key is not kept.
@Loop public final class SealedCorrespondence {
    private struct Sent {
        let agreement: Sealed.Agreement
        let until: ContinuousClock.Instant
        var messages = 0
    }

    private let own: PrivateKey
    private var sent: [String: Sent] = [:]
    /// By the sender's ephemeral key as written; the oldest makes room.
    private var received: [JSONValue: SharedSecret] = [:]
    private var order: [JSONValue] = []

    private static let lifetime = Duration.seconds(600)
    private static let mostMessages = 1 << 20
    private static let mostReceived = 256

    /// - Parameter own: opens what was sealed to it.
    public nonisolated init(own: PrivateKey) { self.own = own }

    /// Seals `plain` to the holder of `key`, which `kid` names.
    /// - Throws: `SealedError.tooLarge`, `.key`.
    public func seal(_ plain: [UInt8], to key: PublicKey, kid: String, contentType: String? = nil) throws(SealedError) -> String {
        var line: Sent
        if let present = sent[kid], present.until > .now, present.messages < Self.mostMessages {
            line = present
        } else {
            line = Sent(agreement: try Sealed.Agreement(with: key, kid: kid), until: .now + Self.lifetime)
        }
        line.messages += 1
        sent[kid] = line
        guard let apu = AESGCM.nonce() else { throw .key(Libcrypto.failure("make a random party")) }
        return try Sealed.seal(plain, by: line.agreement, contentType: contentType, apu: apu)
    }

    /// The content of a message sealed to the own key; any sender's that keeps to RFC 7516, of this kind or not.
    /// - Throws: `SealedError`, as ``Sealed/open(_:with:apu:apv:)``.
    public func open(_ jwe: String) throws(SealedError) -> [UInt8] {
        let message = try SealedMessage(jwe)
        if let secret = received[message.epk] { return try Sealed.open(message, with: own, secret: secret) }
        let secret = try message.secret(with: own)
        let plain = try Sealed.open(message, with: own, secret: secret)
        // Only a key that has opened something is remembered.
        if order.count >= Self.mostReceived { received[order.removeFirst()] = nil }
        received[message.epk] = secret
        order.append(message.epk)
        return plain
    }
}
