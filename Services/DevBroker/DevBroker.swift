import CommandLine
import Contracts
import Glibc

/// The stand-in for Kafka where neither Java nor Docker is to be had: librdkafka's mock cluster with one broker, in memory.
@main struct DevBroker {
    static func main() async {
        let stop = StopSignals()  // before any other thread begins, so that all inherit what is held back
        await Command(
            "dev-broker", "An in-memory stand-in for Apache Kafka, for development and tests.",
            version: "librdkafka \(MockCluster.libraryVersion)", subcommands: [serve(until: stop)]
        ).main()
    }

    static func serve(until stop: StopSignals) -> Command {
        let listen = Option(
            "listen", "Where clients connect; loopback only.", default: ListenAddress(port: 9092), environment: "DEV_BROKER_LISTEN")
        let prefix = Option(
            "prefix", "The topics that the contracts declare are made under this first word.", default: "egov",
            environment: "TOPIC_PREFIX")
        let topics = Option<[TopicRequest]?>(
            "topics", "More topics to make up front. Any other is made with 4 partitions when it is first asked for.",
            value: "name:partitions,…", parseIfGiven: TopicRequest.list)
        return Command(
            "serve", "Serve until SIGTERM or SIGINT.",
            discussion: """
                It keeps nothing: a stop loses every message and offset, and of each partition it holds the newest 5 MB. It has no \
                topic administration, no listing of groups, no transactions, no TLS and no access control. It is no place for data.

                Set fetch.wait.max.ms to some milliseconds in consumers: an empty fetch is answered only after the whole wait.
                """,
            parameters: [listen, prefix, topics],
            examples: ["dev-broker serve --listen 127.0.0.1:9092", "dev-broker serve --topics orders:4,payments:1"]
        ) { arguments in
            let cluster = try MockCluster(on: arguments[listen])
            let first = try arguments[prefix]
            for topic in Catalogue.topics {
                try cluster.create(TopicRequest(name: topic.name(prefix: first), partitions: Int32(clamping: topic.partitions)))
            }
            for topic in try arguments[topics] ?? [] { try cluster.create(topic) }
            say("DevBroker answers on \(cluster.bootstrap). It is in memory and keeps nothing: no place for data.")
            let signal = stop.wait()
            cluster.close()
            say("DevBroker stopped (signal \(signal)); what it held is gone.")
        }
    }

    static func say(_ line: String) {
        print(line)
        fflush(nil)
    }
}

/// SIGTERM and SIGINT, held back from every thread made later and taken by `wait()`.
struct StopSignals: Sendable {
    init() {
        var set = Self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    func wait() -> Int32 {
        var set = Self.set
        var signal: Int32 = 0
        while sigwait(&set, &signal) != 0 {}
        return signal
    }

    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
