import Contracts
import EventLoop
import FoundationEssentials
import HTTP
import Kafka
import Messaging
import Postgres
import Trust

// How the parts of an instance are made from its configuration.

extension Database {
    convenience init(_ configuration: Configuration, service: ServiceName) throws {
        var options = DatabaseOptions(url: try configuration.required("DATABASE_URL"), applicationName: service.rawValue)
        options.sharedConnections = try configuration.integer("DATABASE_CONNECTIONS", in: 1...64)
        options.leases = try configuration.integer("DATABASE_LEASES", in: 1...256)
        self.init(options)
    }
}

extension KafkaOptions {
    init(_ configuration: Configuration, service: ServiceName) throws {
        var properties: [String: String] = [:]
        for line in (configuration["KAFKA_PROPERTIES"] ?? "").split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw ConfigurationError(key: "KAFKA_PROPERTIES", reason: "a line is not name=value") }
            properties[parts[0]] = parts[1]
        }
        self.init(bootstrap: try configuration.required("KAFKA_BOOTSTRAP"), clientID: service.rawValue, properties: properties)
    }
}

extension Surroundings {
    init(_ configuration: Configuration, _ database: Database) throws {
        self.configuration = configuration
        self.database = database
        dataDirectory = try configuration.required("DATA_DIRECTORY")
    }
}

enum Keys {
    /// The service's own keys, and everyone's public ones from a file or URL.
    @Loop static func load(_ configuration: Configuration, service: ServiceName) async throws -> ServiceKeys {
        let place = try configuration.required("TOKEN_KEYS")
        let everyone: KeySet
        if place.hasPrefix("http://"), configuration["PROFILE"] != "development" {
            throw ConfigurationError(key: "TOKEN_KEYS", reason: "keys that decide who is who come from a file or over https")
        }
        if place.hasPrefix("http://") || place.hasPrefix("https://") {
            let response = try await HTTPClient().send(HTTPClientRequest("GET", url: place))
            guard response.status == 200 else { throw ConfigurationError(key: "TOKEN_KEYS", reason: "\(place) answered \(response.status)") }
            everyone = try KeySet(jwks: response.body)
        } else {
            everyone = try KeySet.load(file: place)
        }
        return ServiceKeys(
            service: service, signing: try PrivateKey(pem: try configuration.required("SIGNING_KEY")),
            opening: try PrivateKey(pem: try configuration.required("OPENING_KEY")), everyone: everyone)
    }
}

extension Service {
    nonisolated static var everyMigration: [MigrationSet] { ServiceKitSchema.migrations + [migrations] }

    /// What the topics that it reads may carry without concerning it: everything that a contract declares for them.
    nonisolated static var typesPassedOver: Set<String> { Set(Catalogue.services.flatMap { $0.publishes.map(\.type) }) }
}
