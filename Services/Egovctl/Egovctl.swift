import CommandLine
import Glibc
import Telemetry

/// The operators' command line, as a table of contents.
enum Egovctl {
    static let root = Command(
        "egovctl", "The platform's services, topics, keys, messages and backups from the command line.",
        discussion: """
            Every change goes through a service's own operation, with its rights and its journal; nothing here opens a service's tables.

            Where people read there are tables; --json gives the same to programs. Exit codes: 0 done, 1 failed, 2 wrong usage, \
            3 what is needed does not answer, 4 refused by a right or a rule.
            """,
        version: "0.1.0", parameters: Global.all,
        examples: [
            .init("egovctl status", "How is everything?"),
            .init("egovctl doctor", "What is wrong, why it matters, and what to do."),
            .init("egovctl topics apply", "Make the topics that the contracts declare."),
            .init("egovctl apply --iin 850315300019 --kind advocate", "Apply for a licence, signed in by a development key."),
            .init("egovctl demo", "See the platform at work."),
            .init("egovctl licence check KZ65LAA00000001 --json", "The same for programs."),
        ],
        subcommands: [
            StatusCommand.status, DoctorCommand.doctor, DemoCommand.demo,
            ApplicationCommands.applications, ApplicationCommands.apply, ApplicationCommands.withdraw, ApplicationCommands.decide,
            LicenceCommands.licence, HistoryCommand.history,
            BackupCommand.backup, BackupCommand.backups, RestoreCommand.restore,
            TopicCommands.topics, MessageCommands.messages, ClockCommands.clock,
            TokenCommands.token, PersonCommands.persons, ContractCommands.contracts,
        ])
}

@main struct Main {
    static func main() async {
        // What the libraries log is for machines; a person gets the error that the command makes of it.
        let level = getenv("LOG_LEVEL").flatMap { LogLevel(String(cString: $0)) }
        Log.bootstrap(service: "egovctl", level: level ?? .error)
        await Egovctl.root.main()
    }
}
