import CommandLine
import Contracts
import EventLoop

/// What is wrong, why it matters, and what to do.
enum DoctorCommand {
    private static let seconds = Option(
        "seconds", "So long lies between the two looks that show what grows and what stands still.", default: 3
    ).within(1...60)

    static let doctor = Command(
        "doctor", "Find what is wrong: what it is, why it matters, and the next step.",
        discussion: """
            Asks every service, looks at topics and groups, and looks again a moment later. It finds parts that cannot be reached, migrations \
            that are missing, clocks that differ, keys that do not fit or expire, topics that are not as declared or have lost messages, relays \
            that stand still, parked keys, late timers, groups that are behind, law data that end, and what the topics know beyond the moment \
            to which a database was restored.

            It changes nothing but the journal. Leaves with 0 when it finds nothing, with 1 when something needs a person, with 3 when \
            something cannot be reached.
            """,
        parameters: [seconds] + SignIn.operator,
        examples: ["egovctl doctor", "egovctl doctor --json | jq -r '.[].next'", "egovctl doctor --service e-license --seconds 10"],
        exitCodes: [.unavailable: "something cannot be reached"]
    ) { arguments in
        let platform = try Platform(arguments)
        let examination = Examination(
            platform: platform, token: try SignIn.operator(arguments, platform), pause: .seconds(try arguments[seconds]))
        let survey = try await examination.survey()
        let findings = Checks.findings(survey)
        if platform.asJSON {
            platform.write(.array(findings.map(\.tree)))
        } else {
            platform.terminal.write(findings.isEmpty ? "Nothing is wrong." : findings.map { $0.lines.joined(separator: "\n") }.joined(separator: "\n\n"))
        }
        if let failure = findings.failure {
            throw CommandFailure("findings: \(findings.count)", advice: failure.advice, exitCode: failure.exitCode)
        }
    }
}
