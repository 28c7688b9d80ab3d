import FoundationEssentials

/// One key of a service's configuration.
public struct ConfigurationKey: Sendable {
    public let name: String
    public let meaning: String
    public let defaultValue: String?
    /// Its value is never printed, and may come from the file that `<name>_FILE` names.
    public let isSecret: Bool

    public init(_ name: String, _ meaning: String, default defaultValue: String? = nil, isSecret: Bool = false) {
        self.name = name
        self.meaning = meaning
        self.defaultValue = defaultValue
        self.isSecret = isSecret
    }
}

/// The values of the keys: from the environment, then from the files that `<KEY>_FILE` name, then from CONFIG_FILE, then the defaults.
public struct Configuration: Sendable {
    public let keys: [ConfigurationKey]
    private let values: [String: String]

    /// - Throws: ``ConfigurationError`` when a file cannot be read or a line of CONFIG_FILE is no `KEY=value`.
    public init(keys: [ConfigurationKey], environment: [String: String]) throws(ConfigurationError) {
        self.keys = keys
        var values: [String: String] = [:]
        for key in keys { values[key.name] = key.defaultValue }
        if let path = environment["CONFIG_FILE"] {
            for (name, value) in try Configuration.lines(of: path) {
                let base = name.hasSuffix("_FILE") ? String(name.dropLast(5)) : name
                guard keys.contains(where: { $0.name == name || $0.name == base }) else {
                    throw ConfigurationError(key: name, reason: "no such key; it stands in \(path). `config` lists them all")
                }
                values[keys.contains { $0.name == name } ? name : base] = name == base || keys.contains { $0.name == name } ? value : try Configuration.text(of: value, for: name)
            }
        }
        for key in keys {
            if let path = environment["\(key.name)_FILE"], !keys.contains(where: { $0.name == "\(key.name)_FILE" }) {
                values[key.name] = try Configuration.text(of: path, for: "\(key.name)_FILE")
            }
            if let value = environment[key.name] { values[key.name] = value }
        }
        self.values = values
    }

    public subscript(name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// - Throws: ``ConfigurationError`` when the key has no value.
    public func required(_ name: String) throws(ConfigurationError) -> String {
        guard let value = self[name] else {
            throw ConfigurationError(key: name, reason: "it has no value; set it in the environment, in CONFIG_FILE, or name a file by \(name)_FILE")
        }
        return value
    }

    /// - Throws: ``ConfigurationError`` when the value is no whole number in `range`.
    public func integer(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationError) -> Int {
        let text = try required(name)
        guard let number = Int(text), range.contains(number) else {
            throw ConfigurationError(key: name, reason: "'\(text)' is no whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// What `config` prints for a key; a secret's value only as set or not.
    public func shown(_ key: ConfigurationKey) -> String {
        guard let value = self[key.name] else { return "-" }
        return key.isSecret ? "(set)" : value
    }

    private static func lines(of path: String) throws(ConfigurationError) -> [(String, String)] {
        var pairs: [(String, String)] = []
        for line in try text(of: path, for: "CONFIG_FILE").split(separator: "\n") {
            let line = trimmed(line)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw ConfigurationError(key: "CONFIG_FILE", reason: "a line of \(path) is not KEY=value")
            }
            pairs.append((String(line[..<equals]), String(line[line.index(after: equals)...])))
        }
        return pairs
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        var text = text[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }

    private static func text(of path: String, for key: String) throws(ConfigurationError) -> String {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            throw ConfigurationError(key: key, reason: "\(path) cannot be read as text")
        }
        return trimmed(text)
    }
}

/// A key that is missing or wrong.
public struct ConfigurationError: Error, CustomStringConvertible {
    public let key: String
    public let reason: String
    public var description: String { "\(key): \(reason)" }
}
