/// A value told by its place. Those that may be left out come last, and at most one takes all that remain.
///
/// The type says how often: `Argument<String>` must be given, `Argument<String?>` may be left out, `Argument<[String]>`
/// takes the rest.
public struct Argument<Value: Sendable>: Parameter {
    public private(set) var shape: ParameterShape
    private var conversion: Conversion<Value>

    public func resolve(_ words: [String]) throws -> Value { try conversion.convert(words) }

    /// One that must be given.
    public init(
        _ name: String, _ help: String, completion: Completion = .nothing
    ) where Value: ArgumentValue {
        shape = ParameterShape(
            kind: .argument, count: .one, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: offered(completion, Value.self), defaultText: nil)
        conversion = Conversion { words in try read(theWord(words)) }
    }

    /// One that stands at a default when it is left out.
    public init(
        _ name: String, _ help: String, default: Value, completion: Completion = .nothing
    ) where Value: ArgumentValue {
        shape = ParameterShape(
            kind: .argument, count: .optional, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: offered(completion, Value.self), defaultText: `default`.argumentText)
        conversion = Conversion { words in try words.last.map(read) ?? `default` }
    }

    /// One that may be left out.
    public init<Wrapped: ArgumentValue>(
        _ name: String, _ help: String, completion: Completion = .nothing
    ) where Value == Wrapped? {
        shape = ParameterShape(
            kind: .argument, count: .optional, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: offered(completion, Wrapped.self), defaultText: nil)
        conversion = Conversion { words in try words.last.map { try read($0) as Wrapped } }
    }

    /// All the words that remain.
    public init<Wrapped: ArgumentValue>(
        _ name: String, _ help: String, completion: Completion = .nothing
    ) where Value == [Wrapped] {
        shape = ParameterShape(
            kind: .argument, count: .many, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: offered(completion, Wrapped.self), defaultText: nil)
        conversion = Conversion { words in try words.map { try read($0) as Wrapped } }
    }

    /// One that must be given and is read by `parse`; what it throws is shown to the user.
    public init(
        _ name: String, _ help: String, completion: Completion = .nothing, parse: @escaping @Sendable (String) throws -> Value
    ) {
        shape = ParameterShape(
            kind: .argument, count: .one, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: completion, defaultText: nil)
        conversion = Conversion { words in try parse(theWord(words)) }
    }

    /// One that may be left out and is read by `parse`; what it throws is shown to the user.
    public init<Wrapped: Sendable>(
        _ name: String, _ help: String,
        completion: Completion = .nothing, parseIfGiven parse: @escaping @Sendable (String) throws -> Wrapped
    ) where Value == Wrapped? {
        shape = ParameterShape(
            kind: .argument, count: .optional, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: completion, defaultText: nil)
        conversion = Conversion { words in try words.last.map(parse) }
    }

    /// All the words that remain, each read by `parse`; what it throws is shown to the user.
    public init<Wrapped: Sendable>(
        _ name: String, _ help: String,
        completion: Completion = .nothing, parseEach parse: @escaping @Sendable (String) throws -> Wrapped
    ) where Value == [Wrapped] {
        shape = ParameterShape(
            kind: .argument, count: .many, name: name, short: nil, help: help, valueName: name,
            environment: nil, completion: completion, defaultText: nil)
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
