import Glibc
import Synchronization

/// The one place where commands write. Results go to standard output, everything said about the work to standard error.
public final class Terminal: Sendable {
    public enum Stream: Sendable, Hashable { case output, error }

    /// The process's own output and error.
    public static let standard = Terminal(environment: Terminal.processEnvironment)

    /// What a stream can do.
    private struct Traits: Sendable {
        let isInteractive: Bool
        let isColoured: Bool
    }

    private let traits: [Stream: Traits]
    private let measure: @Sendable () -> Int
    private let sink: @Sendable (Stream, [UInt8]) -> Void
    private let turn = Mutex(())

    /// A terminal over two descriptors.
    public init(output: Int32 = 1, error: Int32 = 2, environment: [String: String]) {
        let plain = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        func traits(_ descriptor: Int32) -> Traits {
            let isInteractive = isatty(descriptor) == 1
            return Traits(isInteractive: isInteractive, isColoured: isInteractive && !plain)
        }
        self.traits = [.output: traits(output), .error: traits(error)]
        measure = {
            for descriptor in [output, error] {
                var size = winsize()
                if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 { return Int(size.ws_col) }
            }
            return environment["COLUMNS"].flatMap(Int.init) ?? 80
        }
        sink = { stream, bytes in Self.write(bytes, to: stream == .output ? output : error) }
    }

    /// A terminal that hands what is written to `sink`, piece by piece; for tests and for commands run by programs.
    public init(
        width: Int = 80, isInteractive: Bool = false, isColoured: Bool = false,
        sink: @escaping @Sendable (Stream, String) -> Void
    ) {
        let traits = Traits(isInteractive: isInteractive, isColoured: isColoured)
        self.traits = [.output: traits, .error: traits]
        measure = { width }
        self.sink = { stream, bytes in sink(stream, String(decoding: bytes, as: UTF8.self)) }
    }

    /// Columns now, from 40 to 200.
    public var width: Int { min(200, max(40, measure())) }

    public func isInteractive(_ stream: Stream) -> Bool { traits[stream]?.isInteractive ?? false }

    /// Writes a result and a line feed to standard output.
    public func write(_ text: String) { put(text + "\n", to: .output) }

    /// Writes bytes to standard output as they are: a document, an export.
    public func write(bytes: [UInt8]) { turn.withLock { _ in sink(.output, bytes) } }

    /// Says something about the work, on standard error.
    public func note(_ text: String) { put(text + "\n", to: .error) }

    /// A table for people, or its JSON for programs.
    public func write(_ table: Table, asJSON: Bool = false) {
        if asJSON {
            write(table.json)
        } else {
            put(table.text(width: isInteractive(.output) ? width : nil, header: { self.styled($0, .bold) }), to: .output)
        }
    }

    /// The text in a style where the stream shows colours, else as it is.
    public func styled(_ text: String, _ style: Style, on stream: Stream = .output) -> String {
        traits[stream]?.isColoured == true ? "\u{1b}[\(style.rawValue)m\(text)\u{1b}[0m" : text
    }

    func put(_ text: String, to stream: Stream) { turn.withLock { _ in sink(stream, Array(text.utf8)) } }

    /// The variables of this process.
    public static var processEnvironment: [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if let name = parts.first { variables[String(name)] = parts.count > 1 ? String(parts[1]) : "" }
            next += 1
        }
        return variables
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count < 0, errno == EAGAIN {
                    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&ready, 1, 1000)
                } else if count == 0 || errno != EINTR {
                    return
                }
            }
        }
    }
}

/// A look of text, as terminals number them (ECMA-48, SGR).
public enum Style: String, Sendable {
    case bold = "1"
    case dim = "2"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case cyan = "36"
}
