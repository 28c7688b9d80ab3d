/// The value of one field of a log line. Texts are masked when the line is written.
public enum LogValue: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral
{
    case string(String)
    case int(Int)
    case double(Double)
    case bool(Bool)
    case null

    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .double(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }

    /// A span of time, written in seconds as a number.
    public static func seconds(_ duration: Duration) -> LogValue { .double(duration.inSeconds) }

    /// An error as it describes itself.
    public static func error(_ error: any Error) -> LogValue { .string(String(describing: error)) }
}

/// The data of a log line: names and values in the order given. A name given twice keeps its last value.
public struct LogFields: Sendable, ExpressibleByDictionaryLiteral {
    private(set) var pairs: [(name: String, value: LogValue)] = []

    public init(dictionaryLiteral elements: (String, LogValue)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// Texts by name, written in the order of their names.
    public init(_ texts: [String: String]) {
        pairs = texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }
    }

    /// The value of a name; `nil` takes the field away.
    public subscript(name: String) -> LogValue? {
        get { pairs.first { $0.name == name }?.value }
        set {
            let index = pairs.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): pairs[index].value = value
            case (let index?, nil): pairs.remove(at: index)
            case (nil, let value?): pairs.append((name, value))
            case (nil, nil): break
            }
        }
    }
}

extension Duration {
    /// The span in seconds, with its fraction.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
