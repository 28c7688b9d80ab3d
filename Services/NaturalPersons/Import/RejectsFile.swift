import Contracts
import EventLoop
import FoundationEssentials
import Glibc

/// The file of rows that did not go in: one JSON object a line, readable by its owner only, since it holds personal data.
///
/// It is made with the first such row; one that is there from another time is emptied.
@Loop final class RejectsFile {
    let path: String
    private var descriptor: Int32 = -1

    /// Keeps the first `kept` bytes of the file: what an earlier import had written by its last commit.
    ///
    /// - Throws: ``FileError`` when it cannot be written, or is no plain file.
    init(_ path: String, keeping kept: Int64) throws(FileError) {
        self.path = path
        guard access(path, F_OK) == 0 else { return }
        try open()
        let present = try length(of: descriptor)
        guard kept >= present || ftruncate(descriptor, off_t(kept)) == 0 else { throw fault() }
    }

    isolated deinit { if descriptor >= 0 { close(descriptor) } }

    /// Appends the rows, brings them to disk and says how long the file is now.
    func append(_ rejects: [Reject]) throws -> Int64 {
        if descriptor < 0 { try open() }
        var bytes: [UInt8] = []
        for reject in rejects { bytes += try JSON.encode(Line(reject)) + [0x0A] }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw fault() }
            rest = rest.dropFirst(max(0, count))
        }
        guard fsync(descriptor) == 0 else { throw fault() }
        return try length(of: descriptor)
    }

    private func open() throws(FileError) {
        let opened = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard opened >= 0 else { throw fault() }
        descriptor = opened
        _ = try length(of: opened)
        guard fchmod(opened, 0o600) == 0 else { throw fault() }
    }

    private func length(of descriptor: Int32) throws(FileError) -> Int64 {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw fault() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(path: path, doing: "is no plain file", code: 0) }
        return Int64(status.st_size)
    }

    private func fault() -> FileError { FileError(path: path, doing: "cannot be written", code: errno) }

    /// What stands in the file of one row.
    private struct Line: Encodable {
        var line: Int
        var field: String?
        var rule: String
        var reason: String
        /// The row as it stood in the file.
        var raw: String?
        /// The same in base 64, where it is no UTF-8.
        var rawBase64: String?

        init(_ reject: Reject) {
            line = reject.line
            field = reject.fault.field
            rule = reject.fault.rule
            reason = reject.fault.reason
            raw = String(validating: reject.raw, as: UTF8.self)
            rawBase64 = raw == nil ? Data(reject.raw).base64EncodedString() : nil
        }
    }
}
