enum BashCompletions {
    static func script(_ name: String, _ places: [Place]) -> String {
        let function = Completions.function(name)
        let moves = places.filter { !$0.path.isEmpty }.map { place in
            "            \(Completions.quoted(place.step)) ) path=\(Completions.quoted(place.path)) ;;"
        }
        return """
            # bash completion for \(name); load it with: source <(\(name) completions bash)
            \(function)() {
                local cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}" path="" i
                COMPREPLY=()
                for ((i = 1; i < COMP_CWORD; i++)); do
                    case "$path:${COMP_WORDS[i]}" in
            \(moves.joined(separator: "\n"))
                    esac
                done
                case "$path:$prev" in
            \(places.flatMap(values).joined(separator: "\n"))
                esac
                case "$path" in
            \(places.map(words).joined(separator: "\n"))
                esac
            }
            complete -F \(function) \(name)
            """
    }

    /// What follows an option that takes a value.
    private static func values(_ place: Place) -> [String] {
        place.options.filter { $0.kind == .option }.map { shape in
            let names = [shape.label] + (shape.short.map { ["-\($0)"] } ?? [])
            let patterns = names.map { Completions.quoted("\(place.path):\($0)") }.joined(separator: "|")
            return "        \(patterns) ) \(reply(shape.completion)); return ;;"
        }
    }

    private static func words(_ place: Place) -> String {
        let options = place.writtenOptions.map(\.word).joined(separator: " ")
        let rest = reply(place.commands.isEmpty ? place.argumentCompletion : .words(place.commands.map(\.name)))
        return """
                    \(Completions.quoted(place.path)) )
                        if [[ "$cur" == -* ]]; then COMPREPLY=($(compgen -W \(Completions.quoted(options)) -- "$cur")); else \(rest); fi ;;
            """
    }

    private static func reply(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ":"
        case .files: "COMPREPLY=($(compgen -f -- \"$cur\"))"
        case .folders: "COMPREPLY=($(compgen -d -- \"$cur\"))"
        case .words(let words): "COMPREPLY=($(compgen -W \(Completions.quoted(words.joined(separator: " "))) -- \"$cur\"))"
        }
    }
}
