/// Where the brokers are and how to speak with them.
public struct KafkaOptions: Sendable, CustomStringConvertible {
    /// `host:port`, several separated by commas.
    public var bootstrap: String
    /// What brokers and logs call this client.
    public var clientID: String
    /// Further settings by librdkafka's names (`security.protocol`, `sasl.username`, `ssl.ca.location` …); they win over
    /// what this library sets, and an unknown name or a value out of range is refused when the client is made.
    public var properties: [String: String]

    public init(bootstrap: String, clientID: String, properties: [String: String] = [:]) {
        self.bootstrap = bootstrap
        self.clientID = clientID
        self.properties = properties
    }

    /// Secrets are masked.
    public var description: String {
        let shown = properties.sorted { $0.key < $1.key }.map { "\($0.key)=\(Self.isSecret($0.key) ? "•••" : $0.value)" }
        return "\(clientID)@\(bootstrap)" + (shown.isEmpty ? "" : " {\(shown.joined(separator: ", "))}")
    }

    /// Whether a setting's value must not be seen in logs and errors.
    static func isSecret(_ property: String) -> Bool {
        ["password", "secret", ".pem", "sasl.oauthbearer.config", "sasl.kerberos.kinit"].contains { property.contains($0) }
    }
}

extension KafkaOptions: CustomReflectable {
    /// A dump shows what ``description`` shows.
    public var customMirror: Mirror { Mirror(self, children: ["options": description]) }
}
