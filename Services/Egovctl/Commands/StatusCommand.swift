import CommandLine
import Contracts
import EventLoop

/// How everything is.
enum StatusCommand {
    static let status = Command(
        "status", "How the services are: versions, migrations, stores, messages on their way.",
        discussion: "Says what is wrong and leaves with 1 when something needs a person, with 3 when a service does not answer.",
        parameters: SignIn.operator,
        examples: ["egovctl status", "egovctl status --service e-license --json", "until egovctl status >/dev/null 2>&1; do sleep 1; done"],
        exitCodes: [.unavailable: "a service does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let services = platform.services.map(\.name)
        let answers = try await platform.asking { client in
            var answers: [StatusAnswer] = []
            for service in services {
                do {
                    let report = try await client.call(Operations.status(for: service), Empty(), as: token)
                    answers.append(StatusAnswer(service: service, report: report, failure: nil))
                } catch let failure as CommandFailure {
                    answers.append(StatusAnswer(service: service, report: nil, failure: failure))
                }
            }
            return answers
        }
        if platform.asJSON { platform.write(.array(try answers.map { try $0.tree })) } else { platform.terminal.write(table(answers)) }
        if let failure = verdict(answers) { throw failure }
    }

    private static func table(_ answers: [StatusAnswer]) -> Table {
        var table = Table([
            "SERVICE", "VERSION", "PROFILE", "DATABASE", "BROKER", "MIGRATION", "RELAY", .init("OUTBOX", .right), .init("OLDEST", .right),
            .init("PARKED", .right), .init("LAG", .right), .init("TIMERS", .right), .init("DUE", .right),
        ])
        for answer in answers {
            guard let report = answer.report else {
                table.add([.text(answer.service.rawValue), "no report"])
                continue
            }
            let lags = report.lag.compactMap(\.messages)
            table.add([
                .text(report.service.rawValue), .text(report.version), .text(report.profile), .text(report.database ? "reached" : "AWAY"),
                .text(report.broker ? "reached" : "AWAY"),
                .init(report.migrations.last { $0.set == report.service.rawValue }.map { "\($0.number) \($0.name)" }),
                .text(report.relay.rawValue), .int(Int(report.outbox.depth)),
                .init(report.outbox.oldestSeconds.map { "\(Int($0)) s" }), .int(Int(report.parked)),
                lags.isEmpty ? .none : .int(Int(lags.reduce(0, +))), .int(Int(report.timersAhead)), .int(Int(report.timersDue)),
            ])
        }
        return table
    }

    /// What needs a person, if anything does.
    static func verdict(_ answers: [StatusAnswer]) -> CommandFailure? {
        let silent = answers.compactMap(\.failure)
        let faults = answers.compactMap(\.report).flatMap(StatusFaults.of)
        guard let first = silent.first ?? faults.first else { return nil }
        let messages = (silent + faults).map(\.message)
        return CommandFailure(
            messages.joined(separator: "; "), advice: first.advice,
            exitCode: silent.contains { $0.exitCode == .unavailable } ? .unavailable : first.exitCode)
    }
}

/// What one service said of itself, or why it said nothing.
struct StatusAnswer: Sendable {
    let service: ServiceName
    let report: StatusReport?
    let failure: CommandFailure?

    var tree: JSONValue {
        get throws {
            if let report { return try JSON.tree(report) }
            return ["service": .string(service.rawValue), "error": .string(failure?.message ?? "no answer")]
        }
    }
}

/// What is wrong with a service by its own report.
enum StatusFaults {
    /// Messages older than this should have been published.
    static let patienceSeconds = 60.0

    static func of(_ report: StatusReport) -> [CommandFailure] {
        let service = report.service
        var faults: [CommandFailure] = []
        func fault(_ message: String, _ advice: String) { faults.append(CommandFailure("\(service): \(message)", advice: advice)) }
        if !report.database { fault("its database is away", "see its log, and that PostgreSQL runs") }
        if !report.broker { fault("its broker is away", "see its log, and that Kafka runs; nothing is lost meanwhile") }
        if let age = report.outbox.oldestSeconds, age > patienceSeconds {
            fault("\(report.outbox.depth) messages wait to be published, the oldest for \(Int(age)) s", "see its log for the relay")
        }
        if report.parked > 0 { fault("messages are parked: \(report.parked)", "egovctl messages list --service \(service)") }
        return faults
    }
}
