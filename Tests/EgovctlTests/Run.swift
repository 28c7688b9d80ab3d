import CommandLine
import Glibc
import Synchronization

@testable import Egovctl

/// Runs a command line as the shell would, and keeps what it wrote.
func run(_ words: [String], environment: [String: String] = [:]) async -> (code: ExitCode, output: String, error: String) {
    let written = Written()
    let terminal = Terminal(width: 200) { stream, text in written.add(text, to: stream) }
    let code = await Egovctl.root.run(words, environment: environment, on: terminal)
    return (code, written[.output], written[.error])
}

private final class Written: Sendable {
    private let texts = Mutex<[Terminal.Stream: String]>([:])

    func add(_ text: String, to stream: Terminal.Stream) { texts.withLock { $0[stream, default: ""] += text } }
    subscript(stream: Terminal.Stream) -> String { texts.withLock { $0[stream] ?? "" } }
}

/// A folder of its own that goes away afterwards.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        var template = Array("/tmp/egovctl-tests-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Fault("no temporary folder") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in Self.contents(path) { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    static func contents(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }
}

/// The permissions of a file, as `chmod` counts them.
func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

func removeFile(_ path: String) -> Bool { unlink(path) == 0 }
