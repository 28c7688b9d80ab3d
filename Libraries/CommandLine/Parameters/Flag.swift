/// A switch: on when it is given, `--json`.
public struct Flag: Parameter {
    public let shape: ParameterShape

    /// - Parameter environment: A variable that turns it on by `yes`, `true`, `1` or `on`.
    public init(_ name: String, short: Character? = nil, _ help: String, environment: String? = nil) {
        shape = ParameterShape(
            kind: .flag, count: .optional, name: name, short: short, help: help, valueName: "yes or no",
            environment: environment,
            completion: .nothing)
    }

    /// Answers are for a program: JSON instead of tables.
    public static let json = Flag("json", "Answer in JSON, for programs.")

    public func resolve(_ words: [String]) throws -> Bool {
        guard let word = words.last else { return false }
        return try read(word)
    }
}
