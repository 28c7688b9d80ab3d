/// A type that a command line can carry: it reads one word.
public protocol ArgumentValue: Sendable {
    /// What help calls a value of this type, such as `number`.
    static var valueName: String { get }
    /// Every word there is, where they are few; for help, completions and messages.
    static var allowedWords: [String] { get }
    /// Reads a word; `nil` when it is no value of this type.
    init?(argument: String)
    /// The word that reads as this value.
    var argumentText: String { get }
}

extension ArgumentValue {
    public static var allowedWords: [String] { [] }
    public var argumentText: String { String(describing: self) }
}

extension String: ArgumentValue {
    public static var valueName: String { "text" }
    public init?(argument: String) { self = argument }
}

extension Int: ArgumentValue {
    public static var valueName: String { "number" }
    /// Underscores may group the digits: `100_000`.
    public init?(argument: String) {
        self.init(argument.first == "_" || argument.last == "_" ? argument : argument.filter { $0 != "_" })
    }
}

extension Double: ArgumentValue {
    public static var valueName: String { "number" }
    public init?(argument: String) {
        guard let number = Double(argument), number.isFinite else { return nil }
        self = number
    }
}

extension Bool: ArgumentValue {
    public static var valueName: String { "yes|no" }
    public static var allowedWords: [String] { ["yes", "no"] }
    public init?(argument: String) {
        switch argument.lowercased() {
        case "yes", "true", "1", "on": self = true
        case "no", "false", "0", "off": self = false
        default: return nil
        }
    }
    public var argumentText: String { self ? "yes" : "no" }
}

extension Duration: ArgumentValue {
    public static var valueName: String { "duration" }
    /// A number with its unit: `250ms`, `30s`, `5m`, `2h`, `7d`.
    public init?(argument: String) {
        let units: [(String, Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]
        for (unit, milliseconds) in units where argument.hasSuffix(unit) {
            guard let number = Int64(argument.dropLast(unit.count)), number >= 0 else { continue }
            let (product, overflow) = number.multipliedReportingOverflow(by: milliseconds)
            guard !overflow else { return nil }
            self = .milliseconds(product)
            return
        }
        return nil
    }
    public var argumentText: String {
        let milliseconds = components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}

extension ArgumentValue where Self: RawRepresentable, RawValue == String, Self: CaseIterable {
    public static var valueName: String { allowedWords.joined(separator: "|") }
    public static var allowedWords: [String] { allCases.map(\.rawValue) }
    public init?(argument: String) { self.init(rawValue: argument) }
    public var argumentText: String { rawValue }
}
