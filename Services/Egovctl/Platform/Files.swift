import CommandLine
import Glibc

/// Files, with errors that a person can act on.
enum Files {
    static func text(_ path: String, limit: Int) throws -> String {
        guard let text = String(validating: try bytes(path, limit: limit), as: UTF8.self) else {
            throw CommandFailure("\(path) is not UTF-8", advice: "convert it: iconv -f WINDOWS-1251 -t UTF-8")
        }
        return text
    }

    /// The whole file; `-` is standard input.
    static func bytes(_ path: String, limit: Int) throws -> [UInt8] {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("cannot read \(path)") }
        defer { if path != "-" { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot read \(path)") }
            if count == 0 { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw CommandFailure("\(path) is larger than \(limit) bytes") }
        }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    /// Writes a file whole or not at all: beside its place first, then moved there.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws {
        var writer = try FileWriter(path, mode: mode)
        try writer.write(bytes)
        try writer.finish()
    }

    static func failure(_ what: String) -> CommandFailure { CommandFailure("\(what): \(String(cString: strerror(errno)))") }
}

/// A file that grows beside its place, and stands there only once it is finished.
struct FileWriter: ~Copyable {
    private let path: String
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isFinished = false

    /// - Parameter path: `-` is standard output.
    init(_ path: String, mode: mode_t) throws {
        self.path = path
        guard path != "-" else {
            descriptor = 1
            return
        }
        unlink(path + ".part")
        descriptor = open(path + ".part", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Files.failure("cannot write \(path)") }
    }

    deinit {
        guard path != "-", descriptor >= 0 else { return }
        close(descriptor)
        if !isFinished { unlink(path + ".part") }
    }

    mutating func write(_ bytes: [UInt8]) throws {
        buffer += bytes
        if buffer.count >= 1 << 18 { try flush() }
    }

    mutating func finish() throws {
        try flush()
        guard path != "-" else { return }
        guard fsync(descriptor) == 0, rename(path + ".part", path) == 0 else {
            throw Files.failure("cannot write \(path)")
        }
        isFinished = true
    }

    private mutating func flush() throws {
        var rest = buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Files.failure("cannot write \(path)") }
            rest = rest.dropFirst(count)
        }
        buffer.removeAll(keepingCapacity: true)
    }
}
