import COpenSSL
import Testing

@testable import Trust

/// A table must judge as libcrypto does: what libcrypto says of the same signature is the expectation.
@Suite("Signatures verified by a table")
struct VerificationTableTests {
    let key: PrivateKey
    let table: VerificationTable

    init() throws {
        key = try PrivateKey.generate()
        table = try #require(VerificationTable(x: key.publicKey.x, y: key.publicKey.y))
    }

    @Test("a signature holds, over its own digest and of its own key only")
    func signatures() throws {
        let stranger = try PrivateKey.generate()
        for count in 0..<300 {
            let bytes = Array("өтініш \(count)".utf8)
            let digest = Libcrypto.sha256(bytes)
            let signature = try key.sign(bytes)
            #expect(table.isValid(signature, digest: digest))
            #expect(!table.isValid(signature, digest: Libcrypto.sha256(bytes + [0])))
            #expect(try !table.isValid(stranger.sign(bytes), digest: digest))
        }
    }

    @Test("a signature changed in any bit does not hold")
    func changed() throws {
        let digest = Libcrypto.sha256([1])
        let signature = try key.sign([1])
        for bit in 0..<512 {
            var changed = signature
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!table.isValid(changed, digest: digest), "bit \(bit)")
        }
    }

    @Test("numbers out of 1 to n - 1 are refused, also where they would be right modulo n, and so are other lengths")
    func range() throws {
        let digest = Libcrypto.sha256([2])
        let signature = try key.sign([2])
        let (r, s) = (Array(signature.prefix(32)), Array(signature.suffix(32)))
        let scalars = Scalars()
        let zero = [UInt8](repeating: 0, count: 32), most = [UInt8](repeating: 0xff, count: 32)
        for number in [zero, most, scalars.order, scalars.order(plus: 1)] {
            #expect(!table.isValid(r + number, digest: digest))
            #expect(!table.isValid(number + s, digest: digest))
            #expect(!table.isValid(number + number, digest: digest))
        }
        // n - s is right too (ECDSA's own symmetry), and libcrypto takes it.
        let mirrored = r + scalars.product(s, scalars.minusOne)
        #expect(table.isValid(mirrored, digest: digest) && key.publicKey.isValid(signature: mirrored, for: [2]))
        for length in [0, 63, 65, 128] {
            #expect(!table.isValid([UInt8](repeating: 1, count: length), digest: digest))
        }
        #expect(!table.isValid(signature, digest: digest + [0]) && !table.isValid(signature, digest: []))
    }

    @Test("the two products may be equal, one may vanish, and their sum may: only the last is refused")
    func corners() throws {
        let scalars = Scalars()
        let d = try scalars.privateNumber(of: key)
        let nonce = try PrivateKey.generate()
        let (k, r) = (try scalars.privateNumber(of: nonce), nonce.publicKey.x)
        let zero = [UInt8](repeating: 0, count: 32)
        let rd = scalars.product(r, d), inverse = scalars.inverse(k)
        let twice = scalars.product(rd, scalars.two)
        // u·G = v·Q: the addition is a doubling.
        #expect(table.isValid(r + scalars.product(inverse, twice), digest: rd))
        // u = 0: the sum is v·Q.
        #expect(table.isValid(r + scalars.product(inverse, rd), digest: zero))
        // u·G = -v·Q: the sum is no point of the plane.
        #expect(!table.isValid(r + scalars.two, digest: scalars.product(rd, scalars.minusOne)))
    }

    /// "k*G has a large x-coordinate" of Wycheproof's ecdsa_secp256r1_sha256: x is r + n, which is below p for one in four billion of points.
    @Test("the abscissa of the sum may be n or more: r is its remainder")
    func largeAbscissa() throws {
        func bytes(_ hex: String) -> [UInt8] {
            stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
        }
        let key = try PublicKey(
            x: bytes("0ad99500288d466940031d72a9f5445a4d43784640855bf0a69874d2de5fe103"),
            y: bytes("c5011e6ef2c42dcd50d5d3d29f99ae6eba2c80c9244f4c5422f0979ff0c3ba5e"))
        let message = Array("123400".utf8)
        let signature = bytes("000000000000000000000000000000004319055358e8617b0c46353d039cdaab")
            + bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc63254e")
        #expect(key.isValid(signature: signature, for: message), "so libcrypto says")
        let table = try #require(VerificationTable(x: key.x, y: key.y))
        #expect(table.isValid(signature, digest: Libcrypto.sha256(message)))
        #expect(!table.isValid(signature, digest: Libcrypto.sha256(message + [0])))
    }

    @Test("a key that verifies much gets its table, and judges as before")
    func automatic() async throws {
        let signature = try key.sign([4])
        let handle = key.publicKey.handle
        for _ in 0..<VerificationTable.dueAfter { #expect(key.publicKey.isValid(signature: signature, for: [4])) }
        while handle.tableIfMade() == nil { await Task.yield() }
        #expect(key.publicKey.isValid(signature: signature, for: [4]))
        #expect(!key.publicKey.isValid(signature: signature, for: [5]))
        #expect(!key.publicKey.isValid(signature: Array(signature.dropLast()), for: [4]))
    }

    @Test("one table serves many threads at once")
    func threads() async throws {
        let held = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let bytes = Array("\(number)".utf8)
                    guard let signature = try? key.sign(bytes) else { return false }
                    return table.isValid(signature, digest: Libcrypto.sha256(bytes)) && !table.isValid(signature, digest: Libcrypto.sha256(bytes + [1]))
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(held == 200)
    }
}

/// Arithmetic modulo n, the order of P-256, on numbers of 32 bytes.
private struct Scalars {
    let group = copenssl_p256_group()
    var order: [UInt8] { bytes(EC_GROUP_get0_order(group)) }
    let two = [UInt8](repeating: 0, count: 31) + [2]

    var minusOne: [UInt8] { order.dropLast() + [(order.last ?? 0) - 1] }

    /// The last byte of n is 0x51, so that nothing is carried.
    func order(plus small: UInt8) -> [UInt8] { order.dropLast() + [(order.last ?? 0) + small] }

    func product(_ a: [UInt8], _ b: [UInt8]) -> [UInt8] {
        with(a, b) { a, b, room in BN_mod_mul(a, a, b, EC_GROUP_get0_order(group), room) }
    }

    func inverse(_ a: [UInt8]) -> [UInt8] {
        with(a, a) { a, b, room in BN_mod_inverse(a, b, EC_GROUP_get0_order(group), room) == nil ? 0 : 1 }
    }

    func privateNumber(of key: PrivateKey) throws -> [UInt8] {
        var number: OpaquePointer?
        defer { BN_free(number) }
        try #require(EVP_PKEY_get_bn_param(key.handle.pointer, OSSL_PKEY_PARAM_PRIV_KEY, &number) == 1)
        return bytes(number)
    }

    private func with(_ a: [UInt8], _ b: [UInt8], _ body: (OpaquePointer?, OpaquePointer?, OpaquePointer?) -> Int32) -> [UInt8] {
        let (a, b, room) = (BN_bin2bn(a, 32, nil), BN_bin2bn(b, 32, nil), BN_CTX_new())
        defer {
            BN_free(a)
            BN_free(b)
            BN_CTX_free(room)
        }
        precondition(body(a, b, room) == 1)
        return bytes(a)
    }

    private func bytes(_ number: OpaquePointer?) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 32)
        precondition(BN_bn2binpad(number, &bytes, 32) == 32)
        return bytes
    }
}
