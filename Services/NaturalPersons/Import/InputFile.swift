import Glibc
import Trust

/// A file that is read from front to back in pieces of 64 KB.
final class InputFile: Sendable {
    static let piece = 64 * 1024

    let path: String
    private let descriptor: Int32

    /// - Throws: ``FileError`` when there is no such file, it is no plain file, or may not be read.
    init(_ path: String) throws(FileError) {
        self.path = path
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError(path: path, doing: "cannot be opened", code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw FileError(path: path, doing: "is no plain file", code: 0)
        }
    }

    deinit { close(descriptor) }

    /// Appends the piece at a place to `bytes`; false at the end of the file.
    func read(at offset: Int64, into bytes: inout [UInt8]) throws(FileError) -> Bool {
        let count = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.piece))
        let taken = bytes.withUnsafeMutableBytes { buffer in
            var taken: Int
            repeat {
                taken = pread(descriptor, buffer.baseAddress?.advanced(by: count), Self.piece, off_t(offset))
            } while taken < 0 && errno == EINTR
            return taken
        }
        let failure = errno
        bytes.removeLast(Self.piece - max(0, taken))
        guard taken >= 0 else { throw FileError(path: path, doing: "cannot be read", code: failure) }
        return taken > 0
    }

    /// What tells this content from any other, and how many line feeds it has.
    ///
    /// The fingerprint is SHA-256 chained over the pieces, so that a file of any size needs one piece of memory.
    func fingerprint() throws(FileError) -> (bytes: [UInt8], lines: Int) {
        var digest: [UInt8] = []
        var lines = 0
        var offset: Int64 = 0
        var piece: [UInt8] = []
        while try read(at: offset, into: &piece) {
            offset += Int64(piece.count)
            lines += piece.count { $0 == 0x0A }
            digest = Digest.sha256(digest + piece)
            piece.removeAll(keepingCapacity: true)
        }
        return (digest.isEmpty ? Digest.sha256([]) : digest, lines)
    }
}

/// What went wrong with a file.
struct FileError: Error, CustomStringConvertible {
    var path: String
    var doing: String
    /// The system's error number; 0 where it has none.
    var code: Int32
    var description: String { code == 0 ? "\(path) \(doing)" : "\(path) \(doing): \(String(cString: strerror(code)))" }
}
