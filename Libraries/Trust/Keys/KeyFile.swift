import COpenSSL
import Glibc

// Keys from files, read to a limit; what was read is overwritten afterwards.

extension KeySet {
    /// - Parameter file: path of a JWKS, at most `maximumSize`.
    /// - Throws: `KeyError.unreadable`, and what `init(jwks:)` throws.
    public static func load(file: String) throws(KeyError) -> KeySet {
        try readFile(file, limit: maximumSize) { bytes throws(KeyError) in try KeySet(jwks: Array(bytes)) }
    }
}

extension PrivateKey {
    /// - Parameter file: path of a PEM of one unencrypted PKCS#8 `PRIVATE KEY`, at most 8 KiB.
    /// - Throws: `KeyError.unreadable`, and what `init(pem:)` throws.
    public static func load(file: String) throws(KeyError) -> PrivateKey {
        try readFile(file, limit: maximumPEM) { bytes throws(KeyError) in try PrivateKey.read(bytes) }
    }
}

private func readFile<R>(
    _ path: String, limit: Int, _ body: (UnsafeRawBufferPointer) throws(KeyError) -> R
) throws(KeyError) -> R {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    return try Libcrypto.withSecret(count: limit + 1) { buffer throws(KeyError) in
        var filled = 0
        while filled < buffer.count {
            let count = read(descriptor, buffer.baseAddress.map { $0 + filled }, buffer.count - filled)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            filled += count
        }
        guard filled <= limit else { throw .unreadable(file: path, reason: "it is larger than \(limit) bytes") }
        return try body(UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(buffer)[..<filled]))
    }
}
