import CommandLine
import Contracts

/// The platform at work.
enum DemoCommand {
    private static let patience = Option(
        "patience", "Longest wait for what travels through the broker.", default: Duration.seconds(60)
    ).within(.seconds(1)...Duration.seconds(3600))

    static let demo = Command(
        "demo", "See the platform at work: from an application to the question who read my data.",
        discussion: """
            A citizen applies for an advocate's licence; e-License asks the register through Kafka; an official decides; anyone checks the \
            licence; a second application is left alone until the law grants it; the citizen sees who read their data. All by real calls, \
            signed in by development keys; the clock of the services moves past a deadline. Run again it makes new applications.
            """,
        parameters: [patience], examples: ["egovctl demo --language kk", "egovctl demo --json | jq '.[].name'"],
        exitCodes: [.unavailable: "a service does not answer, or not in time", .refused: "refused by a right or a rule"]
    ) { arguments in
        let platform = try Platform(arguments)
        let patience = try arguments[patience]
        try await platform.asking { try await Demonstration($0, platform, patience: patience).run() }
    }
}
