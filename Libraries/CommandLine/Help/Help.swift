/// The help of a command: what it is, how it is written, and examples to learn from.
struct Help {
    private let path: [Command]
    private let terminal: Terminal
    private var lines: [String] = []

    init(path: [Command], terminal: Terminal) {
        self.path = path
        self.terminal = terminal
    }

    private var name: String { path.map(\.name).joined(separator: " ") }
    private var width: Int { min(100, terminal.width) }

    /// The whole page, without a line feed at its end.
    static func text(_ path: [Command], terminal: Terminal) -> String {
        var help = Help(path: path, terminal: terminal)
        help.write()
        return help.lines.joined(separator: "\n")
    }

    private mutating func write() {
        guard let command = path.last else { return }
        lines += DisplayWidth.wrapped("\(name): \(command.abstract)", to: width)
        for paragraph in paragraphs(command.discussion) { lines += [""] + DisplayWidth.wrapped(paragraph, to: width) }
        let own = command.parameters.map(\.shape)
        let arguments = own.filter { $0.kind == .argument }
        let options = path.flatMap(\.parameters).map(\.shape).filter { $0.kind != .argument }
        usage(command, arguments, options)
        section("Commands", command.subcommands.map { ($0.name, $0.abstract) } + builtIns(command))
        section("Arguments", arguments.map { ($0.label + ($0.count == .many ? "…" : ""), explained($0)) })
        section("Options", options.map { (written($0), explained($0)) } + standardOptions())
        if !command.examples.isEmpty {
            heading("Examples")
            for example in command.examples {
                if let purpose = example.purpose { lines += DisplayWidth.wrapped(purpose, to: width - 4).map { "  # " + $0 } }
                lines.append("  " + terminal.styled(example.line, .cyan))
            }
        }
        if command.action != nil {
            let codes = [
                (ExitCode.success, "done"), (.failure, "failed; the message says why"),
                (.usage, "wrong usage; nothing was done"),
            ]
            section(
                "Exit codes", (codes + command.exitCodes.map { ($0.code, $0.meaning) }).map { (String($0.0.rawValue), $0.1) })
        } else {
            lines += ["", "See \(name) <command> --help for each of them."]
        }
    }

    private mutating func usage(_ command: Command, _ arguments: [ParameterShape], _ options: [ParameterShape]) {
        var words = [name]
        // What must be given is shown; the rest is [options].
        words += options.filter { $0.kind == .option && $0.count == .one }.map { "\($0.label) <\($0.valueName)>" }
        words.append("[options]")
        words += command.subcommands.isEmpty ? [] : ["<command>"]
        words += arguments.map { shape in
            switch shape.count {
            case .one: shape.label
            case .optional: "[\(shape.label)]"
            case .many: "[\(shape.label)…]"
            }
        }
        heading("Usage")
        lines += DisplayWidth.wrapped(words.joined(separator: " "), to: width - 2).map { "  " + $0 }
    }

    private func builtIns(_ command: Command) -> [(String, String)] {
        guard path.count == 1, !command.subcommands.isEmpty else { return [] }
        let names = Set(command.subcommands.map(\.name))
        return [
            ("completions", "Print what a shell needs to complete this command: bash, zsh or fish."),
            ("help", "Explain a command."),
        ].filter { !names.contains($0.0) }
    }

    private func standardOptions() -> [(String, String)] {
        [("-h, --help", "Show this help.")] + (path.first?.version == nil ? [] : [("    --version", "Show the version.")])
    }

    private func written(_ shape: ParameterShape) -> String {
        let short = shape.short.map { "-\($0), " } ?? "    "
        return short + shape.label + (shape.kind == .flag ? "" : " <\(shape.valueName)>")
    }

    /// The help text with what else is to be known: limits, default, variable, whether it must or may be repeated.
    private func explained(_ shape: ParameterShape) -> String {
        var notes: [String] = []
        if let limits = shape.limits { notes.append(limits) }
        if case .words(let words) = shape.completion, words.joined(separator: "|") != shape.valueName {
            notes.append("one of " + words.joined(separator: ", "))
        }
        if let text = shape.defaultText { notes.append("default: \(text.isEmpty ? "empty" : text)") }
        if let variable = shape.environment { notes.append("variable: \(variable)") }
        if shape.kind == .option, shape.count == .one { notes.append("required") }
        if shape.kind == .option, shape.count == .many { notes.append("may be repeated") }
        return notes.isEmpty ? shape.help : "\(shape.help) (\(notes.joined(separator: "; ")))"
    }

    private mutating func heading(_ title: String) { lines += ["", terminal.styled(title + ":", .bold)] }

    /// Terms on the left, their explanation wrapped on the right.
    private mutating func section(_ title: String, _ entries: [(term: String, text: String)]) {
        guard !entries.isEmpty else { return }
        heading(title)
        let column = min(28, entries.map { DisplayWidth.of($0.term) }.max() ?? 0)
        for (term, text) in entries {
            let texts = DisplayWidth.wrapped(text, to: max(20, width - column - 4))
            let padding = max(0, column - DisplayWidth.of(term))
            let standsAlone = DisplayWidth.of(term) > column
            if standsAlone { lines.append("  " + term) }
            let first = standsAlone ? String(repeating: " ", count: column) : term + String(repeating: " ", count: padding)
            let indent = String(repeating: " ", count: column + 4)
            lines.append("  \(first)  \(texts.first ?? "")")
            lines += texts.dropFirst().map { indent + $0 }
        }
    }

    /// Text parted by empty lines.
    private func paragraphs(_ text: String) -> [String] {
        var paragraphs = [""]
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            if line.allSatisfy(\.isWhitespace) { paragraphs.append("") } else { paragraphs[paragraphs.count - 1] += " " + line }
        }
        return paragraphs.filter { !$0.isEmpty }
    }
}
