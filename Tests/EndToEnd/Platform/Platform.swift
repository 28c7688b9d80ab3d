import Contracts
import EventLoop
import FoundationEssentials
import Glibc
import HTTP
import Kafka
import Postgres
import TestSupport
import Testing
import Trust

/// The services as processes over databases, topics, keys and files of their own.
@Loop final class Platform {
    struct Options: Sendable {
        var databaseServer = Servers.database ?? ""
        var kafkaBootstrap = Servers.kafka ?? ""
        /// `127.0.0.1:port` by which the services reach PostgreSQL, where that is not the server's own address.
        var databaseAddress: String?
        /// How many processes of each service.
        var instances = 1
        /// Stable names of the instances in their consumer groups: one that was killed is taken back at once.
        var hasInstanceIDs = false
        var persons: [Persons.NewPerson] = People.all
        /// Further configuration of every service.
        var settings: [String: String] = [:]
    }

    let prefix: String
    let folder: String
    let keys: PlatformKeys
    let options: Options
    let client = HTTPClient()
    /// The first process of each service.
    private(set) var services: [ServiceName: ServiceProcess] = [:]
    /// All processes.
    private(set) var instances: [ServiceProcess] = []
    private(set) var databases: [ServiceName: ServiceDatabase] = [:]
    private var cleanups: [@Loop () async -> Void] = []

    /// Runs `body` with a platform whose services are ready, and takes it down again, in reverse order, whatever happens.
    nonisolated static func run(_ options: Options = Options(), _ body: @escaping @Loop @Sendable (Platform) async throws -> Void) async throws {
        try await Loop.run {
            let platform = try Platform(options)
            do {
                try await platform.start()
                try await body(platform)
                await platform.end(keepsFiles: false)
            } catch {
                await platform.end(keepsFiles: true)
                throw error
            }
        }
    }

    init(_ options: Options) throws {
        self.options = options
        prefix = "e2e-\(UUID().uuidString.lowercased().prefix(8))"
        let place = Platform.variable("TEST_STATE") ?? FileManager.default.temporaryDirectory.path
        folder = "\(place)/\(prefix)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        keys = try PlatformKeys(folder: folder)
    }

    func start() async throws {
        for contract in Catalogue.services {
            let database = try await ServiceDatabase(
                on: options.databaseServer, "\(prefix)-\(contract.name)", reachedBy: options.databaseAddress)
            databases[contract.name] = database
            cleanups.append { await database.remove() }
        }
        try await makeTopics()
        for contract in Catalogue.services { try await prepare(contract.name) }
        try await importPersons()
        for service in instances { try await service.start() }
        for service in instances { try await service.ready() }
    }

    /// Takes down what was started, the last first.
    func end(keepsFiles: Bool) async {
        while let cleanup = cleanups.popLast() { await cleanup() }
        if keepsFiles { print("logs and files of the failed test: \(folder)") } else { try? FileManager.default.removeItem(atPath: folder) }
    }

    func service(_ name: ServiceName) throws -> ServiceProcess { try #require(services[name]) }
    func database(_ name: ServiceName) throws -> ServiceDatabase { try #require(databases[name]) }

    var kafka: KafkaOptions {
        KafkaOptions(bootstrap: options.kafkaBootstrap, clientID: "end-to-end", properties: ["topic.metadata.refresh.interval.ms": "500"])
    }

    // MARK: Parts

    private func makeTopics() async throws {
        let admin = try Admin(kafka)
        let prefix = prefix
        if Servers.isRealKafka {
            try await admin.createTopics(Catalogue.topics.map {
                TopicSpec(name: $0.name(prefix: prefix), partitions: $0.partitions, replication: 1, config: $0.settings(brokers: 1))
            })
        } else {
            // DevBroker makes a topic when it is asked for.
            _ = try await admin.watermarks(Catalogue.topics.map { TopicPartition($0.name(prefix: prefix), 0) })
        }
        await admin.close()
    }

    private func prepare(_ name: ServiceName) async throws {
        var environment = [
            "HTTP_LISTEN": "127.0.0.1:0", "DATABASE_URL": try database(name).url, "KAFKA_BOOTSTRAP": options.kafkaBootstrap,
            "TOPIC_PREFIX": prefix, "PROFILE": "development", "TOKEN_KEYS": keys.jwksFile,
            "SIGNING_KEY_FILE": "\(folder)/\(name).signing.pem", "OPENING_KEY_FILE": "\(folder)/\(name).opening.pem",
            "DATA_DIRECTORY": "\(Platform.root)/Services/\(name.rawValue == "e-license" ? "ELicense" : "NaturalPersons")/Data",
        ]
        environment.merge(options.settings) { $1 }
        for number in 1...options.instances {
            let label = number == 1 ? name.rawValue : "\(name)-no\(number)"
            if options.hasInstanceIDs { environment["KAFKA_INSTANCE_ID"] = "\(name)-\(number)" }
            let service = ServiceProcess(name, label, binary: "\(Platform.binaries)/\(name)", environment: environment, folder: folder)
            if number == 1 { services[name] = service }
            instances.append(service)
            cleanups.append { await service.stop() }
        }
        try await service(name).command("migrate")
    }

    private func importPersons() async throws {
        let file = "\(folder)/persons.jsonl"
        try Files.write(try options.persons.flatMap { try JSON.encode($0) + Array("\n".utf8) }, to: file)
        let register = try service(.naturalPersons)
        try await register.command("import", "kato", "\(Platform.root)/Services/NaturalPersons/Data/kato/kato-abai.csv")
        try await register.command("import", file)
    }

    // MARK: Surroundings

    /// The checkout, from where this file stands.
    nonisolated static let root: String = {
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/")
    }()

    /// Where the debug executables are.
    nonisolated static let binaries = variable("TEST_BINARIES") ?? "\(root)/.build/debug"

    nonisolated static func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
