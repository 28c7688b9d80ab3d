import CommandLine
import Contracts

/// What the demonstration tells, a step at a time: lines for people as it goes, or all steps as JSON at its end.
struct DemoStory {
    private let platform: Platform
    private var steps: [JSONValue] = []
    private var title = LocalizedText(kk: "дайындық", ru: "подготовка", en: "getting ready")

    init(_ platform: Platform) { self.platform = platform }

    /// Begins a step; what fails from here on failed in it.
    mutating func begin(_ title: LocalizedText) {
        self.title = title
        if !platform.asJSON { platform.terminal.write(platform.terminal.styled("\(steps.count + 1). \(title[platform.language])", .bold)) }
    }

    /// Tells more of the step.
    func tell(_ text: LocalizedText) { tell([text[platform.language]]) }

    func tell(_ lines: [String]) {
        if !platform.asJSON { for line in lines { platform.terminal.write("   " + line) } }
    }

    /// Ends the step with what a program wants to know of it.
    mutating func end(_ name: String, _ facts: KeyValuePairs<String, JSONValue>) {
        var step = JSONObject([.init(name: "step", value: .number(String(steps.count + 1))), .init(name: "name", value: .string(name))])
        step["title"] = .string(title[platform.language])
        for (name, value) in facts where value != .null { step[name] = value }
        steps.append(.object(step))
    }

    /// All steps that were told, for programs.
    func finish() {
        if platform.asJSON { platform.write(.array(steps)) }
    }

    /// The failure with the step that it happened in.
    func failure(_ error: CommandFailure) -> CommandFailure {
        CommandFailure(
            "step \(steps.count + 1), \(title[platform.language]): \(error.message)", advice: error.advice, exitCode: error.exitCode)
    }
}

extension Timestamp {
    /// Without the fraction of a second.
    var brief: String { "\(Timestamp(seconds: seconds))" }
}
