enum FishCompletions {
    static func script(_ name: String, _ places: [Place]) -> String {
        let function = "_" + Completions.function(name) + "_at"
        let moves = places.filter { !$0.path.isEmpty }.map { place in
            "            case \(quoted(place.step))\n                set place \(quoted(place.path))"
        }
        return """
            # fish completion for \(name); load it with: \(name) completions fish | source
            function \(function) --description 'Whether the command line stands at this command'
                set -l place ''
                for word in (commandline -opc)[2..-1]
                    switch "$place:$word"
            \(moves.joined(separator: "\n"))
                    end
                end
                test "$place" = "$argv[1]"
            end
            complete -c \(name) -f
            \(places.flatMap { lines(name, function, $0) }.joined(separator: "\n"))
            """
    }

    private static func lines(_ name: String, _ function: String, _ place: Place) -> [String] {
        let at = "complete -c \(name) -n \(quoted("\(function) \"\(place.path)\""))"
        var lines = place.commands.map { "\(at) -a \(quoted($0.name)) -d \(quoted($0.help))" }
        for shape in place.options {
            let short = shape.short.map { " -s \($0)" } ?? ""
            let value = shape.kind == .flag ? "" : " -r" + (shape.completion == .files ? "" : " -f") + offered(shape.completion)
            lines.append("\(at) -l \(shape.name)\(short)\(value) -d \(quoted(shape.help))")
        }
        lines.append("\(at) -l help -s h -d 'Show help.'")
        if place.hasVersion { lines.append("\(at) -l version -d 'Show the version.'") }
        if place.commands.isEmpty, place.argumentCompletion != .nothing { lines.append(at + offered(place.argumentCompletion)) }
        return lines
    }

    private static func offered(_ completion: Completion) -> String {
        switch completion {
        case .nothing: ""
        case .files: " -F"
        case .folders: " -a '(__fish_complete_directories)'"
        case .words(let words): " -a \(quoted(words.joined(separator: " ")))"
        }
    }

    /// Between single quotes fish knows two escapes: of the quote and of the backslash.
    private static func quoted(_ text: String) -> String {
        var result = "'"
        for character in text {
            if character == "'" || character == "\\" { result.append("\\") }
            result.append(character)
        }
        return result + "'"
    }
}
