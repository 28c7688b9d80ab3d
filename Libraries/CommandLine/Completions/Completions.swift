/// A shell that can complete our commands.
public enum Shell: String, Sendable, Hashable, CaseIterable {
    case bash, zsh, fish
}

/// Scripts by which shells complete a command, made from its tree.
public enum Completions {
    public static func script(for command: Command, _ shell: Shell) -> String {
        let places = Place.all(of: command)
        return switch shell {
        case .bash: BashCompletions.script(command.name, places)
        case .zsh: ZshCompletions.script(command.name, places)
        case .fish: FishCompletions.script(command.name, places)
        }
    }

    /// The text between single quotes, for every POSIX shell.
    static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// The name of a shell function.
    static func function(_ name: String) -> String { "_" + String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) }
}

/// One command in the tree with everything that can follow its name.
struct Place {
    /// Names below the root, joined by spaces; the root's is empty.
    let path: String
    let commands: [(name: String, help: String)]
    let options: [ParameterShape]
    let arguments: [ParameterShape]
    let hasVersion: Bool

    static func all(of root: Command) -> [Place] { all(of: root, path: "", inherited: [], root: root) }

    private static func all(of command: Command, path: String, inherited: [ParameterShape], root: Command) -> [Place] {
        let shapes = command.parameters.map(\.shape)
        let options = inherited + shapes.filter { $0.kind != .argument }
        var commands = command.subcommands.map { (name: $0.name, help: $0.abstract) }
        var below = command.subcommands.flatMap {
            all(of: $0, path: path.isEmpty ? $0.name : "\(path) \($0.name)", inherited: options, root: root)
        }
        if path.isEmpty, !commands.isEmpty, !commands.contains(where: { $0.name == "completions" }) {
            commands.append((name: "completions", help: "Print what a shell needs to complete this command."))
            let shell = ParameterShape(
                kind: .argument, count: .one, name: "shell", short: nil, help: "", valueName: "shell", environment: nil,
                completion: .words(Shell.allCases.map(\.rawValue)))
            below.append(Place(path: "completions", commands: [], options: [], arguments: [shell], hasVersion: false))
        }
        let place = Place(
            path: path, commands: commands, options: options, arguments: shapes.filter { $0.kind == .argument },
            hasVersion: root.version != nil)
        return [place] + below
    }

    /// Where one comes from and the word that leads here, as scripts match them: `applications:list`.
    var step: String {
        let parts = path.split(separator: " ")
        return parts.dropLast().joined(separator: " ") + ":" + (parts.last ?? "")
    }

    /// What completes the arguments: of several kinds the first that says something.
    var argumentCompletion: Completion { arguments.map(\.completion).first { $0 != .nothing } ?? .nothing }

    /// Every option as written, with its help; those of the standard too.
    var writtenOptions: [(word: String, help: String)] {
        options.map { ($0.label, $0.help) } + [("--help", "Show help.")]
            + (hasVersion ? [("--version", "Show the version.")] : [])
    }
}
