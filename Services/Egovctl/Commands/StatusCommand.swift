import CommandLine
import Contracts
import EventLoop

/// How everything is.
enum StatusCommand {
    static let status = Command(
        "status", "How the services are: versions, migrations, stores, messages on their way.",
        discussion: """
            Says what is wrong and leaves with 1 when something needs a person, with 3 when a service does not answer. egovctl doctor \
            looks longer, at Kafka too, and explains.
            """,
        parameters: SignIn.operator,
        examples: ["egovctl status", "egovctl status --service e-license --json", "until egovctl status >/dev/null 2>&1; do sleep 1; done"],
        exitCodes: [.unavailable: "a service does not answer"]
    ) { arguments in
        let platform = try Platform(arguments)
        let token = try SignIn.operator(arguments, platform)
        let services = platform.services.map(\.name)
        let views = try await platform.asking { client in
            var views = await Examination.ask(client, services, token)
            for index in views.indices where views[index].report == nil { views[index].isAlive = await client.isAlive(views[index].service) }
            return views
        }
        if platform.asJSON { platform.write(.array(try views.map { try $0.tree })) } else { platform.terminal.write(table(views)) }
        // What is due in weeks is the doctor's.
        if let failure = Checks.findings(Survey(services: views)).filter({ $0.kind != .soon }).failure { throw failure }
    }

    private static func table(_ views: [ServiceView]) -> Table {
        var table = Table([
            "SERVICE", "VERSION", "PROFILE", "DATABASE", "BROKER", "MIGRATION", "RELAY", .init("OUTBOX", .right), .init("OLDEST", .right),
            .init("PARKED", .right), .init("LAG", .right), .init("TIMERS", .right), .init("DUE", .right),
        ])
        for view in views {
            guard let report = view.report else {
                table.add([.text(view.service.rawValue), "no report"])
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
}
