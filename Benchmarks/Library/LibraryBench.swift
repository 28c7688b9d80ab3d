import CommandLine
import Telemetry

/// The libraries under load, used as a service uses them. Each command prints one JSON object; `Benchmarks/run.sh` compares them.
@main struct LibraryBench {
    static func main() async {
        Log.bootstrap(service: "library-bench", level: .warning) { Terminal.standard.note(String(decoding: $0, as: UTF8.self)) }
        await Command(
            "library-bench", "The libraries under load, used as a service uses them.",
            subcommands: [
                Prepare.command, Select.command, Insert.command, CopyRows.command, Produce.command, Fill.command, Consume.command,
                RelayBacklog.command, EffectBacklog.command, EffectLatency.command,
                Backlog.command, Instance.command, NewTopic.command,
            ]
        ).main()
    }
}
