import Glibc
import Synchronization

/// The log of a process: one JSON object a line, for machines first.
///
/// The message is a constant, so that lines can be counted and searched by it; what varies goes in the fields.
/// Every value is masked: twelve digits in a row (an IIN or a BIN) keep their last four, and a field whose name speaks of
/// a secret, password, token, authorization and the like is written as `***`.
public enum Log {
    private struct Output: Sendable {
        var service: String
        var write: @Sendable ([UInt8]) -> Void
    }

    private static let threshold = Atomic<UInt8>(LogLevel.info.rawValue)
    private static let output = Mutex(Output(service: processName(), write: { LogWriter.standardError.write($0) }))

    /// Names the service and sets the level and the place of its lines. Called once, at start; before it lines go to
    /// standard error from `info` up, under the executable's name.
    /// - Parameter write: Gets one whole line with its line feed; called from any thread. `nil` is standard error.
    public static func bootstrap(service: String, level: LogLevel = .info, write: (@Sendable ([UInt8]) -> Void)? = nil) {
        output.withLock { $0 = Output(service: service, write: write ?? { LogWriter.standardError.write($0) }) }
        threshold.store(level.rawValue, ordering: .relaxed)
    }

    /// The least level that is written. May be changed while the process runs.
    public static var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether a line of this level would be written. Costs one relaxed load.
    public static func isEnabled(_ level: LogLevel) -> Bool {
        level.rawValue >= threshold.load(ordering: .relaxed) || LogCapture.isActive
    }

    public static func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if isEnabled(.debug) { write(.debug, message, fields()) }
    }

    public static func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if isEnabled(.info) { write(.info, message, fields()) }
    }

    public static func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if isEnabled(.warning) { write(.warning, message, fields()) }
    }

    public static func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if isEnabled(.error) { write(.error, message, fields()) }
    }

    /// For a level known only at run time, such as that of a C library's own log.
    public static func log(_ level: LogLevel, _ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        if isEnabled(level) { write(level, message, fields()) }
    }

    private static func write(_ level: LogLevel, _ message: StaticString, _ fields: LogFields) {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let (service, write) = output.withLock { ($0.service, $0.write) }
        let line = LogLine(
            level: level, service: service, message: message.description, trace: TraceContext.current, fields: fields, at: now)
        if let capture = LogCapture.current { capture.append(line.bytes) } else { write(line.bytes) }
    }

    private static func processName() -> String {
        let path = CommandLine.arguments.first ?? "unnamed"
        return path.split(separator: "/").last.map(String.init) ?? "unnamed"
    }
}
