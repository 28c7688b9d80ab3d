/// A named value: `--name value`, `--name=value`, `-n value` or `-nvalue`.
///
/// The type says how often: `Option<Int>` without a default must be given, `Option<Int?>` may be left out,
/// `Option<[Int]>` may be given again and again.
/// ```swift
/// let limit = Option("limit", short: "n", "How many are shown.", default: 20).within(1...1000)
/// let topic = Option<[String]>("topic", "Only this topic.")
/// ```
public struct Option<Value: Sendable>: Parameter {
    public private(set) var shape: ParameterShape
    private var conversion: Conversion<Value>

    public func resolve(_ words: [String]) throws -> Value { try conversion.convert(words) }

    /// One that must be given.
    public init(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing
    ) where Value: ArgumentValue {
        shape = ParameterShape(
            kind: .option, count: .one, name: name, short: short, help: help, valueName: value ?? Value.valueName,
            environment: environment, completion: offered(completion, Value.self), defaultText: nil)
        conversion = Conversion { words in try read(theWord(words)) }
    }

    /// One that stands at a default when it is left out.
    public init(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil, default: Value,
        environment: String? = nil, completion: Completion = .nothing
    ) where Value: ArgumentValue {
        shape = ParameterShape(
            kind: .option, count: .optional, name: name, short: short, help: help, valueName: value ?? Value.valueName,
            environment: environment, completion: offered(completion, Value.self), defaultText: `default`.argumentText)
        conversion = Conversion { words in try words.last.map(read) ?? `default` }
    }

    /// One that may be left out.
    public init<Wrapped: ArgumentValue>(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing
    ) where Value == Wrapped? {
        shape = ParameterShape(
            kind: .option, count: .optional, name: name, short: short, help: help, valueName: value ?? Wrapped.valueName,
            environment: environment, completion: offered(completion, Wrapped.self), defaultText: nil)
        conversion = Conversion { words in try words.last.map { try read($0) as Wrapped } }
    }

    /// One that may be given any number of times.
    public init<Wrapped: ArgumentValue>(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing
    ) where Value == [Wrapped] {
        shape = ParameterShape(
            kind: .option, count: .many, name: name, short: short, help: help, valueName: value ?? Wrapped.valueName,
            environment: environment, completion: offered(completion, Wrapped.self), defaultText: nil)
        conversion = Conversion { words in try words.map { try read($0) as Wrapped } }
    }

    /// One that must be given and is read by `parse`; what it throws is shown to the user.
    public init(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing, parse: @escaping @Sendable (String) throws -> Value
    ) {
        shape = ParameterShape(
            kind: .option, count: .one, name: name, short: short, help: help, valueName: value ?? "value",
            environment: environment, completion: completion, defaultText: nil)
        conversion = Conversion { words in try parse(theWord(words)) }
    }

    /// One that may be left out and is read by `parse`; what it throws is shown to the user.
    public init<Wrapped: Sendable>(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing,
        parseIfGiven parse: @escaping @Sendable (String) throws -> Wrapped
    ) where Value == Wrapped? {
        shape = ParameterShape(
            kind: .option, count: .optional, name: name, short: short, help: help, valueName: value ?? "value",
            environment: environment, completion: completion, defaultText: nil)
        conversion = Conversion { words in try words.last.map(parse) }
    }

    /// One that may be given again and again, each read by `parse`; what it throws is shown to the user.
    public init<Wrapped: Sendable>(
        _ name: String, short: Character? = nil, _ help: String, value: String? = nil,
        environment: String? = nil, completion: Completion = .nothing,
        parseEach parse: @escaping @Sendable (String) throws -> Wrapped
    ) where Value == [Wrapped] {
        shape = ParameterShape(
            kind: .option, count: .many, name: name, short: short, help: help, valueName: value ?? "value",
            environment: environment, completion: completion, defaultText: nil)
        conversion = Conversion { words in try words.map(parse) }
    }

    /// The same with a check of its own. `limits` says in help what is allowed; what `check` throws is shown to the user.
    public func checked(_ limits: String, _ check: @escaping @Sendable (Value) throws -> Void) -> Self {
        var checked = self
        checked.shape.limits = limits
        checked.conversion = conversion.checked(check)
        return checked
    }

    /// The same with values of a range only.
    public func within(_ range: ClosedRange<Value>) -> Self where Value: Comparable {
        var limited = self
        limited.shape.limits = "\(range.lowerBound) to \(range.upperBound)"
        limited.conversion = conversion.within(range)
        return limited
    }
}
