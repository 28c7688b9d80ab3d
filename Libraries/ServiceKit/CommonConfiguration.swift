import Contracts

/// The keys that every service has.
extension ConfigurationKey {
    static func everyService(_ contract: ServiceContract) -> [ConfigurationKey] {
        [
            ConfigurationKey("HTTP_LISTEN", "where it answers: host:port, or unix:/path", default: "127.0.0.1:\(contract.port)"),
            ConfigurationKey("TLS_CERTIFICATE", "certificate chain, a PEM file; with it the service speaks TLS"),
            ConfigurationKey("TLS_KEY", "the certificate's private key, a PEM file"),
            ConfigurationKey("DATABASE_URL", "its PostgreSQL database, as libpq reads it", isSecret: true),
            ConfigurationKey("DATABASE_CONNECTIONS", "connections that share commits", default: "2"),
            ConfigurationKey("DATABASE_LEASES", "connections for work that decides", default: "16"),
            ConfigurationKey("KAFKA_BOOTSTRAP", "brokers, host:port,...", default: "127.0.0.1:9092"),
            ConfigurationKey("KAFKA_PROPERTIES", "librdkafka settings, a name=value on each line: TLS and SASL; by KAFKA_PROPERTIES_FILE", isSecret: true),
            ConfigurationKey("KAFKA_INSTANCE_ID", "this instance's stable name in its consumer group, where the deployment gives one"),
            ConfigurationKey("TOPIC_PREFIX", "what the names of all topics begin with", default: "egov"),
            ConfigurationKey("TOKEN_KEYS", "public keys of all who sign, a JWKS file or URL"),
            ConfigurationKey("SIGNING_KEY", "the private key it signs with, PEM; by SIGNING_KEY_FILE", isSecret: true),
            ConfigurationKey("OPENING_KEY", "the private key that opens what is sealed to it, PEM; by OPENING_KEY_FILE", isSecret: true),
            ConfigurationKey("DATA_DIRECTORY", "the folder of its dated data files", default: "Services/\(contract.name.folder)/Data"),
            ConfigurationKey("PROFILE", "production, or development: its clock of law can be moved", default: "production"),
            ConfigurationKey("HTTP_CONNECTIONS", "clients' connections at once; for one more the one that has kept it waiting longest is closed", default: "12000"),
            ConfigurationKey("HTTP_REQUESTS", "requests worked on at once; twice as many may wait up to a second, the others are answered with 503", default: "512"),
            ConfigurationKey("REQUEST_TIMEOUT", "seconds until a request is given up", default: "15"),
            ConfigurationKey("LOG_LEVEL", "debug, info, warning or error", default: "info"),
        ]
    }
}

extension ServiceName {
    /// The folder of the service in the house: `e-license` lives in `ELicense`.
    var folder: String { rawValue.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined() }
}
