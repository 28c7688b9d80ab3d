import CommandLine
import Contracts
import EventLoop
import Postgres
import Telemetry

extension Service {
    /// The process: `serve`, `migrate`, `config`, and the service's own commands.
    @concurrent public nonisolated static func main() async {
        await command.main()
    }

    nonisolated static var command: Command {
        let keys = ConfigurationKey.everyService(contract).map { key in
            "\(key.name): \(key.meaning)" + (key.defaultValue.map { " (default: \($0))" } ?? "")
        }.joined(separator: "\n\n")
        let serve = Command(
            "serve", "Answer requests, handle messages, fire timers.",
            discussion: "Ends on SIGTERM or SIGINT: finishes what it holds within ten seconds.\n\nConfiguration:\n\n" + keys,
            examples: [.init("CONFIG_FILE=\(name).env \(name) serve", "with the keys that `\(name) config` lists")]
        ) { _ in
            let configuration = try configured()
            try await Loop.run { try await Instance<Self>(configuration).serve() }
        }
        let migrate = Command(
            "migrate", "Bring the database to this version and load the reference data; does nothing when all is there.",
            examples: [.init("DATABASE_URL=postgresql:///\(name) \(name) migrate")]
        ) { arguments in
            let configuration = try configured()
            let applied = try await Loop.run {
                try await withSurroundings(configuration) { surroundings in
                    let applied = try await surroundings.database.apply(everyMigration)
                    try await loadReferenceData(surroundings)
                    return applied
                }
            }
            for migration in applied { arguments.terminal.write("applied \(migration.series) \(migration.number) \(migration.name)") }
            if applied.isEmpty { arguments.terminal.write("nothing to apply") }
        }
        let config = Command(
            "config", "Every configuration key with its meaning, default and present value; secrets masked.", parameters: [Flag.json],
            examples: [.init("\(name) config")]
        ) { arguments in
            let configuration = try configured(logs: false)
            var table = Table(["Key", "Value", "Default", "Meaning"])
            for key in configuration.keys {
                table.add([.text(key.name), .text(configuration.shown(key)), .text(key.defaultValue ?? "-"), .text(key.meaning)])
            }
            arguments.terminal.write(table, asJSON: try arguments[Flag.json])
        }
        return Command(
            name.rawValue, contract.title.en, version: Version.text, subcommands: [serve, migrate, config] + commands)
    }

    /// Runs `body` with the configured database, for a command of the service's own.
    public nonisolated static func withSurroundings<T: Sendable>(
        _ body: @escaping @Loop @Sendable (Surroundings) async throws -> T
    ) async throws -> T {
        let configuration = try configured()
        return try await Loop.run { try await withSurroundings(configuration, body) }
    }

    private static func withSurroundings<T: Sendable>(
        _ configuration: Configuration, _ body: @Loop (Surroundings) async throws -> T
    ) async throws -> T {
        let database = try Database(configuration, service: name)
        do {
            let result = try await body(try Surroundings(configuration, database))
            await database.close()
            return result
        } catch let error as PostgresError where error.isRetriable {
            await database.close()
            throw CommandFailure("the database does not answer: \(error)", advice: "check DATABASE_URL and that PostgreSQL runs", exitCode: .unavailable)
        } catch {
            await database.close()
            throw error
        }
    }

    private nonisolated static func configured(logs: Bool = true) throws -> Configuration {
        let configuration = try Configuration(keys: ConfigurationKey.everyService(contract), environment: Terminal.processEnvironment)
        if logs { Log.bootstrap(service: name.rawValue, level: LogLevel(configuration["LOG_LEVEL"] ?? "info") ?? .info) }
        return configuration
    }
}
