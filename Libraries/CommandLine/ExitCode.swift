/// What a command leaves to its caller. 0, 1 and 2 mean the same in every command: done, failed, and used wrongly
/// (2 as the shell and most tools have it, not 64 of BSD's sysexits).
public struct ExitCode: RawRepresentable, Sendable, Hashable, Comparable {
    public let rawValue: Int32
    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// 0: done.
    public static let success = ExitCode(rawValue: 0)
    /// 1: it failed; the message says why.
    public static let failure = ExitCode(rawValue: 1)
    /// 2: the command line is wrong; nothing was done.
    public static let usage = ExitCode(rawValue: 2)
    /// 3: what the command needs (a service, the broker, the database) does not answer; trying later may help.
    public static let unavailable = ExitCode(rawValue: 3)
    /// 4: a right or a rule refused it; trying again does not help.
    public static let refused = ExitCode(rawValue: 4)
    /// 130: interrupted, as shells report it.
    public static let interrupted = ExitCode(rawValue: 130)

    public static func < (left: ExitCode, right: ExitCode) -> Bool { left.rawValue < right.rawValue }
}

/// Why a command failed, for the person who ran it.
public struct CommandFailure: Error, Sendable, CustomStringConvertible {
    /// What went wrong and where.
    public let message: String
    /// What to do next.
    public let advice: String?
    public let exitCode: ExitCode

    public init(_ message: String, advice: String? = nil, exitCode: ExitCode = .failure) {
        self.message = message
        self.advice = advice
        self.exitCode = exitCode
    }

    public var description: String { advice.map { "\(message) (\($0))" } ?? message }
}
