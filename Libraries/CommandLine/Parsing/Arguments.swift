/// What a command was given, by the parameters it declares.
public struct Arguments: Sendable {
    /// Where the command writes.
    public let terminal: Terminal
    let values: [String: any Sendable]

    /// The value of a parameter.
    /// - Throws: When the command does not declare the parameter: a fault of the program, not of its user.
    public subscript<P: Parameter>(parameter: P) -> P.Value {
        get throws {
            guard let held = values[parameter.shape.label] as? Held<P.Value> else {
                throw CommandFailure(
                    "the command does not declare \(parameter.shape.label)", advice: "report this as a fault of the program")
            }
            return held.value
        }
    }
}

/// What a command line asks for.
public enum Parsed: Sendable {
    /// To run a command. `path` leads from the root's name to the command's.
    case run(Command, path: [String], values: ParsedValues)
    /// To explain the command at the end of the path.
    case help(path: [Command])
    case version(String)
    case completions(Shell)
}

/// The typed values of a command line.
public struct ParsedValues: Sendable {
    let values: [String: any Sendable]

    /// The values with the place to write to.
    public func arguments(writingTo terminal: Terminal) -> Arguments { Arguments(terminal: terminal, values: values) }
}

/// A command line that cannot be understood. Nothing was done.
public struct UsageError: Error, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// What to do next.
    public let advice: String
    public var description: String { "\(message)\n\(advice)" }
}
