/// Something a command can be given: an `Option`, a `Flag` or an `Argument`.
public protocol Parameter<Value>: Sendable {
    associatedtype Value: Sendable
    /// How it is written and explained.
    var shape: ParameterShape { get }
    /// The value of the words given: none when it was left out.
    func resolve(_ words: [String]) throws -> Value
}

/// How a parameter is written on the command line and explained in help.
public struct ParameterShape: Sendable {
    enum Kind: Sendable { case option, flag, argument }
    enum Count: Sendable { case one, optional, many }

    let kind: Kind
    let count: Count
    let name: String
    let short: Character?
    let help: String
    let valueName: String
    let environment: String?
    let completion: Completion
    var defaultText: String?
    /// What values are allowed, beyond their type.
    var limits: String?

    /// As messages call it: `--limit` or `<file>`.
    var label: String { kind == .argument ? "<\(name)>" : "--\(name)" }
}

/// What a shell offers for a value.
public enum Completion: Sendable, Hashable {
    case nothing, files, folders
    case words([String])
}

/// Why a word is not a value, in words that follow "but".
public struct ValueFault: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// A value under its type, so that optional values come back as they went in.
struct Held<Value: Sendable>: Sendable {
    let value: Value
}

extension Parameter {
    func held(_ words: [String]) throws -> any Sendable { Held(value: try resolve(words)) }
}

/// How the words of a parameter become its value.
struct Conversion<Value: Sendable>: Sendable {
    let convert: @Sendable ([String]) throws -> Value

    func checked(_ check: @escaping @Sendable (Value) throws -> Void) -> Conversion {
        Conversion { words in
            let value = try convert(words)
            try check(value)
            return value
        }
    }

    func within(_ range: ClosedRange<Value>) -> Conversion where Value: Comparable {
        checked { value in
            if !range.contains(value) { throw ValueFault("\(value) is not from \(range.lowerBound) to \(range.upperBound)") }
        }
    }
}

/// Reads one word by the type's own rule.
func read<Wrapped: ArgumentValue>(_ word: String) throws -> Wrapped {
    if let value = Wrapped(argument: word) { return value }
    guard !Wrapped.allowedWords.isEmpty else { throw ValueFault("\"\(word)\" is no \(Wrapped.valueName)") }
    let near = Suggestion.nearest(to: word, among: Wrapped.allowedWords).map { "; did you mean \"\($0)\"?" } ?? ""
    throw ValueFault("\"\(word)\" is none of \(Wrapped.allowedWords.joined(separator: ", "))\(near)")
}

func offered<Wrapped: ArgumentValue>(_ chosen: Completion, _: Wrapped.Type) -> Completion {
    chosen == .nothing && !Wrapped.allowedWords.isEmpty ? .words(Wrapped.allowedWords) : chosen
}

/// A required value has exactly one word when it is resolved; the parser sees to it first, and says it better.
func theWord(_ words: [String]) throws -> String {
    guard let word = words.last else { throw ValueFault("no value was given") }
    return word
}
