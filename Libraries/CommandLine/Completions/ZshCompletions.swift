enum ZshCompletions {
    static func script(_ name: String, _ places: [Place]) -> String {
        let function = Completions.function(name)
        let moves = places.filter { !$0.path.isEmpty }.map { place in
            "            \(Completions.quoted(place.step)) ) place=\(Completions.quoted(place.path)) ;;"
        }
        return """
            #compdef \(name)
            # zsh completion for \(name); load it with: source <(\(name) completions zsh)
            \(function)() {
                local place="" i
                local -a offered
                for ((i = 2; i < CURRENT; i++)); do
                    case "$place:${words[i]}" in
            \(moves.joined(separator: "\n"))
                    esac
                done
                case "$place:${words[CURRENT-1]}" in
            \(places.flatMap(values).joined(separator: "\n"))
                esac
                case "$place" in
            \(places.map(offers).joined(separator: "\n"))
                esac
            }
            compdef \(function) \(name)
            """
    }

    private static func values(_ place: Place) -> [String] {
        place.options.filter { $0.kind == .option }.map { shape in
            let names = [shape.label] + (shape.short.map { ["-\($0)"] } ?? [])
            let patterns = names.map { Completions.quoted("\(place.path):\($0)") }.joined(separator: "|")
            return "        \(patterns) ) \(reply(shape.completion)); return ;;"
        }
    }

    private static func offers(_ place: Place) -> String {
        func described(_ entries: [(String, String)]) -> String {
            entries.map { word, help in Completions.quoted("\(word):\(help)") }.joined(separator: " ")
        }
        let rest =
            place.commands.isEmpty
            ? reply(place.argumentCompletion)
            : "offered=(\(described(place.commands.map { ($0.name, $0.help) }))); _describe command offered"
        return """
                    \(Completions.quoted(place.path)) )
                        if [[ "${words[CURRENT]}" == -* ]]; then
                            offered=(\(described(place.writtenOptions.map { ($0.word, $0.help) }))); _describe option offered
                        else \(rest); fi ;;
            """
    }

    private static func reply(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ":"
        case .files: "_files"
        case .folders: "_files -/"
        case .words(let words): "compadd -- \(words.map(Completions.quoted).joined(separator: " "))"
        }
    }
}
