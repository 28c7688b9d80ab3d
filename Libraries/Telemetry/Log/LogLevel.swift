/// How much a line matters, from `debug` (least) to `error` (most).
public enum LogLevel: UInt8, Sendable, Hashable, Comparable, CaseIterable, CustomStringConvertible {
    /// Detail for whoever looks for a fault.
    case debug
    /// What a service did that an operator may want to know.
    case info
    /// Something is off, and the service goes on by itself.
    case warning
    /// Something failed that needs a person.
    case error

    /// Reads a level as configuration writes it, whatever the case; `warn` is understood. `nil` for any other word.
    public init?(_ text: String) {
        switch text.lowercased() {
        case "debug": self = .debug
        case "info": self = .info
        case "warning", "warn": self = .warning
        case "error": self = .error
        default: return nil
        }
    }

    public var description: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rawValue < right.rawValue }
}
