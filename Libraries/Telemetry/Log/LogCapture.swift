import Synchronization

/// Collects the lines that a piece of work writes, of every level, instead of the log. For tests; tests that run side by
/// side do not see each other's lines, since the capture follows the task (and the tasks it starts), not the process.
public final class LogCapture: Sendable {
    @TaskLocal static var current: LogCapture?
    private static let captures = Atomic<Int>(0)

    /// Cheap when nobody captures, so that the level filter stays one load in a service.
    static var isActive: Bool { captures.load(ordering: .relaxed) > 0 && current != nil }

    private let collected = Mutex<[String]>([])

    private init() {}

    /// The lines so far, without their line feeds.
    public var lines: [String] { collected.withLock { $0 } }

    func append(_ line: [UInt8]) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        collected.withLock { $0.append(text) }
    }

    /// Runs `body` and returns the lines it wrote.
    public static func lines(_ body: () throws -> Void) rethrows -> [String] {
        let capture = LogCapture()
        captures.add(1, ordering: .relaxed)
        defer { captures.subtract(1, ordering: .relaxed) }
        try $current.withValue(capture) { try body() }
        return capture.lines
    }

    /// Runs `body` and returns the lines it wrote; `body` gets the capture to look into meanwhile.
    public static func lines(_ body: (LogCapture) async throws -> Void) async rethrows -> [String] {
        let capture = LogCapture()
        captures.add(1, ordering: .relaxed)
        defer { captures.subtract(1, ordering: .relaxed) }
        try await $current.withValue(capture) { try await body(capture) }
        return capture.lines
    }
}
