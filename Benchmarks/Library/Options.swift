import CommandLine
import Kafka
import Postgres

/// The options that several commands share.
enum Options {
    static let database: Option<String> = Option("database", "The database, as a URL of libpq's.", value: "url", environment: "BENCH_DATABASE_URL")
    static let kafka: Option<String> = Option("kafka", "Where the broker listens.", value: "host:port", environment: "BENCH_KAFKA")
    static let prefix = Option("prefix", "The first word of topics and groups.", default: "bench")
    static let topic = Option("topic", "The topic; it exists.", default: "bench-records")
    static let seconds = Option("seconds", "How long is measured.", default: 3.0)
    static let warmUp = Option("warm-up", "How long runs before that.", value: "seconds", default: 1.0)
    static let connections = Option("connections", "Connections that batches share.", default: 2)

    static func open(_ url: String, connections: Int = 2) -> DatabaseOptions {
        var options = DatabaseOptions(url: url, applicationName: "library-bench")
        options.sharedConnections = connections
        return options
    }

    static func broker(_ bootstrap: String) -> KafkaOptions { KafkaOptions(bootstrap: bootstrap, clientID: "library-bench") }
}
