extension Command {
    /// Reads a command line, without its first word (the program's name). Pure: neither runs nor writes anything.
    public func parse(_ words: [String], environment: [String: String] = [:]) throws(UsageError) -> Parsed {
        var parser = Parser(root: self, environment: environment)
        return try parser.parse(words)
    }
}

/// Goes through a command line once, from left to right.
struct Parser {
    private let root: Command
    private let environment: [String: String]
    private var path: [Command]
    private var given: [String: [String]] = [:]
    private var positional: [String] = []

    init(root: Command, environment: [String: String]) {
        self.root = root
        self.environment = environment
        path = [root]
    }

    private var command: Command { path.last ?? root }
    private var line: String { path.map(\.name).joined(separator: " ") }
    private var named: [any Parameter] { path.flatMap(\.parameters).filter { $0.shape.kind != .argument } }

    mutating func parse(_ words: [String]) throws(UsageError) -> Parsed {
        var rest = words[...]
        var wantsHelp = false
        while let word = rest.popFirst() {
            if word == "--" {
                for word in rest { try take(word) }
                break
            } else if word == "--help" || word == "-h" {
                wantsHelp = true
            } else if word == "--version", let version = root.version {
                return .version(version)
            } else if word.hasPrefix("--") {
                if !wantsHelp { try takeLong(word, &rest) }
            } else if word.hasPrefix("-"), word.count > 1, !isNegativeNumber(word) {
                if !wantsHelp { try takeShort(word, &rest) }
            } else if path.count == 1, positional.isEmpty, isBuiltIn(word, "help") {
                wantsHelp = true
            } else if path.count == 1, positional.isEmpty, isBuiltIn(word, "completions") {
                return wantsHelp || rest.contains("--help") ? .help(path: path) : try completions(rest)
            } else if !wantsHelp || !command.subcommands.isEmpty {
                try take(word)
            }
        }
        if wantsHelp { return .help(path: path) }
        guard command.action != nil else {
            let names = command.subcommands.map(\.name).joined(separator: ", ")
            throw usage("\(line) needs a command: \(names)")
        }
        return .run(command, path: path.map(\.name), values: ParsedValues(values: try values()))
    }

    private func isBuiltIn(_ word: String, _ name: String) -> Bool {
        word == name && !root.subcommands.isEmpty && !root.subcommands.contains { $0.name == name }
    }

    private func completions(_ rest: ArraySlice<String>) throws(UsageError) -> Parsed {
        let shells = Shell.allCases.map(\.rawValue)
        guard let word = rest.first, rest.count == 1 else {
            throw usage("\(root.name) completions takes one shell: \(shells.joined(separator: ", "))")
        }
        guard let shell = Shell(rawValue: word) else {
            throw usage("there are no completions for \"\(word)\", only for \(shells.joined(separator: ", "))")
        }
        return .completions(shell)
    }

    /// The name of a subcommand, or a positional argument.
    private mutating func take(_ word: String) throws(UsageError) {
        guard !command.subcommands.isEmpty else {
            positional.append(word)
            return
        }
        guard let next = command.subcommands.first(where: { $0.name == word }) else {
            let known = command.subcommands.map(\.name) + (path.count == 1 ? ["help", "completions"] : [])
            throw usage("\(line) has no command \"\(word)\"", near: Suggestion.nearest(to: word, among: known))
        }
        path.append(next)
    }

    private mutating func takeLong(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (name, value) = (parts.first ?? "", parts.count > 1 ? parts.last : nil)
        guard let shape = named.first(where: { $0.shape.name == name })?.shape else {
            let known = named.map(\.shape.name) + ["help"] + (root.version == nil ? [] : ["version"])
            throw usage("\(line) has no option --\(name)", near: Suggestion.nearest(to: name, among: known).map { "--\($0)" })
        }
        try take(shape, as: "--\(name)", value, &rest)
    }

    /// `-v`, `-vq`, `-n 5`, `-n5` or `-n=5`.
    private mutating func takeShort(_ word: String, _ rest: inout ArraySlice<String>) throws(UsageError) {
        var letters = word.dropFirst()
        while let letter = letters.popFirst() {
            guard let shape = named.first(where: { $0.shape.short == letter })?.shape else {
                throw usage("\(line) has no option -\(letter)", advice: letters.isEmpty ? nil : "long names take two dashes")
            }
            if shape.kind == .flag {
                try take(shape, as: "-\(letter)", nil, &rest)
            } else {
                let attached = letters.first == "=" ? letters.dropFirst() : letters
                return try take(shape, as: "-\(letter)", letters.isEmpty ? nil : String(attached), &rest)
            }
        }
    }

    private mutating func take(
        _ shape: ParameterShape, as written: String, _ attached: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        if shape.kind == .flag {
            if attached != nil { throw usage("\(written) takes no value") }
            given[shape.label] = ["yes"]
            return
        }
        if shape.count != .many, given[shape.label] != nil { throw usage("\(written) is given twice, but takes one value") }
        guard let value = attached ?? rest.first else {
            throw usage("\(written) needs a value: \(written) <\(shape.valueName)>")
        }
        if attached == nil {
            if value.hasPrefix("-"), value.count > 1, !isNegativeNumber(value) {
                throw usage(
                    "\(written) needs a value, but \(value) follows",
                    advice: "a value that begins with a dash is written --\(shape.name)=\(value)")
            }
            rest.removeFirst()
        }
        given[shape.label, default: []].append(value)
    }

    private func isNegativeNumber(_ word: String) -> Bool {
        guard let digit = word.dropFirst().first, digit.isASCII, digit.isNumber || digit == "." else { return false }
        return Double(word) != nil && !named.contains { $0.shape.short == digit }
    }
}

extension Parser {
    /// Every declared parameter with its value, from the line, the environment or its default.
    private func values() throws(UsageError) -> [String: any Sendable] {
        var given = given
        try place(&given)
        var values: [String: any Sendable] = [:]
        for parameter in path.flatMap(\.parameters) {
            let shape = parameter.shape
            var source = shape.label
            var words = given[shape.label] ?? []
            if words.isEmpty, let variable = shape.environment, let value = environment[variable], !value.isEmpty {
                words = [value]
                source = "the variable \(variable)"
            }
            if words.isEmpty, shape.count == .one {
                let variable = shape.environment.map { ", or the variable \($0)" } ?? ""
                throw usage(
                    "\(line) needs \(shape.kind == .argument ? shape.label : "\(shape.label) <\(shape.valueName)>")\(variable)")
            }
            do {
                values[shape.label] = try parameter.held(words)
            } catch {
                let limits = shape.limits.map { " (\($0))" } ?? ""
                throw usage("\(source) takes a \(shape.valueName)\(limits), but \(error)")
            }
        }
        return values
    }

    /// Gives the positional words to the arguments that the command declares, in their order.
    private func place(_ given: inout [String: [String]]) throws(UsageError) {
        var rest = positional[...]
        let shapes = command.parameters.map(\.shape).filter { $0.kind == .argument }
        for (index, shape) in shapes.enumerated() {
            // What must still come behind has the first claim on the last words.
            let claimed = shapes[(index + 1)...].count { $0.count == .one }
            let count =
                shape.count == .many ? max(0, rest.count - claimed) : shape.count == .one || rest.count > claimed ? 1 : 0
            given[shape.label] = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
        }
        if let word = rest.first {
            throw usage(
                shapes.isEmpty
                    ? "\(line) takes no arguments, but \"\(word)\" is given"
                    : "\"\(word)\" is one argument too many for \(line)")
        }
    }

    private func usage(_ message: String, near: String? = nil, advice: String? = nil) -> UsageError {
        let next = near.map { "did you mean \($0)?" } ?? advice ?? "see \(line) --help"
        return UsageError(message: message, advice: next)
    }
}
