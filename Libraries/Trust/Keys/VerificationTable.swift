import COpenSSL
import Synchronization

/// Multiples of one public key, 150 kB, with which its signatures are verified in half the time: for a key that signs much.
///
/// ECDSA (FIPS 186-5 §6.4.2) adds u·G and v·Q. libcrypto looks u·G up in a table that it has for G, the curve's generator, and works v·Q out
/// from nothing. It makes such a table for whatever generator a group has, so Q is the generator of a second group here and both are looked
/// up. Every number in it is public.
final class VerificationTable: Sendable {
    /// It is made for a key that has verified so often without it: as much time as making it takes, some 30 ms.
    static let dueAfter = 400

    private let numbers: Mutex<Numbers>

    /// Takes some 30 ms. None where this libcrypto does not make such tables.
    /// - Parameters: `x` and `y`: the affine coordinates of a point that is on the curve.
    init?(x: [UInt8], y: [UInt8]) {
        guard let numbers = Numbers(point: [4] + x + y) else {
            ERR_clear_error()
            return nil
        }
        self.numbers = Mutex(numbers)
    }

    /// Whether `signature` (r and s, 64 bytes) is this key's over `digest` (32 bytes).
    func isValid(_ signature: [UInt8], digest: [UInt8]) -> Bool {
        guard signature.count == 64, digest.count == 32 else { return false }
        return numbers.withLock { $0.hold(signature, digest: digest) }
    }
}

/// The two groups, and room for the numbers of one verification.
private struct Numbers: ~Copyable {
    private let curve = copenssl_p256_group()
    private let keyed = copenssl_p256_group()
    private let room = BN_CTX_new()
    private let r = BN_new(), s = BN_new(), e = BN_new(), u = BN_new(), v = BN_new()
    private let sum: OpaquePointer?, other: OpaquePointer?

    init?(point: [UInt8]) {
        sum = EC_POINT_new(curve)
        other = EC_POINT_new(keyed)
        guard room != nil, r != nil, s != nil, e != nil, u != nil, v != nil, sum != nil, other != nil,
            EC_POINT_oct2point(curve, sum, point, point.count, room) == 1,
            EC_GROUP_set_generator(keyed, sum, EC_GROUP_get0_order(curve), BN_value_one()) == 1,
            copenssl_make_table(keyed, room) == 1
        else { return nil }
    }

    deinit {
        EC_POINT_free(sum)
        EC_POINT_free(other)
        for number in [r, s, e, u, v] { BN_free(number) }
        BN_CTX_free(room)
        EC_GROUP_free(curve)
        EC_GROUP_free(keyed)
    }

    func hold(_ signature: [UInt8], digest: [UInt8]) -> Bool {
        let order = EC_GROUP_get0_order(curve)
        let read = signature.withUnsafeBufferPointer { bytes in
            BN_bin2bn(bytes.baseAddress, 32, r) != nil && BN_bin2bn(bytes.baseAddress.map { $0 + 32 }, 32, s) != nil
        }
        let computed =
            read && BN_bin2bn(digest, 32, e) != nil && BN_is_zero(r) == 0 && BN_is_zero(s) == 0 && BN_cmp(r, order) < 0 && BN_cmp(s, order) < 0
            && BN_mod_inverse(s, s, order, room) != nil
            && BN_mod_mul(u, e, s, order, room) == 1 && BN_mod_mul(v, r, s, order, room) == 1
            && EC_POINT_mul(curve, sum, u, nil, nil, room) == 1 && EC_POINT_mul(keyed, other, v, nil, nil, room) == 1
            && EC_POINT_add(curve, sum, sum, other, room) == 1 && EC_POINT_is_at_infinity(curve, sum) == 0
            && EC_POINT_get_affine_coordinates(curve, sum, e, nil, room) == 1 && BN_nnmod(e, e, order, room) == 1
        guard computed else {
            ERR_clear_error()
            return false
        }
        return BN_cmp(e, r) == 0
    }
}
