public import CommandLine
public import Contracts

/// The options that all commands share.
enum Global {
    static let bootstrap = Option(
        "bootstrap", short: "b", "Kafka's brokers, with commas between.", value: "host:port", default: "127.0.0.1:9092",
        environment: "KAFKA_BOOTSTRAP")
    static let properties = Option<String?>(
        "kafka-properties", "A file of librdkafka settings, name=value a line: TLS and SASL.", value: "file",
        environment: "KAFKA_PROPERTIES", completion: .files)
    static let prefix = Option(
        "prefix", "What the names of all topics begin with.", value: "word", default: "egov", environment: "TOPIC_PREFIX")
    static let keys = Option(
        "keys", "The folder of development keys, by which commands sign in.", value: "folder", default: ".state/keys",
        environment: "EGOVCTL_KEYS", completion: .folders)
    static let services = Option<[[ServicePlace]]>(
        "service", "Where a service answers, name=url; or a name alone: only this one, where a command speaks to several.",
        value: "name[=url]", environment: "EGOVCTL_SERVICES", completion: .words(Catalogue.services.map(\.name.rawValue)),
        parseEach: ServicePlace.list)
    static let language = Option(
        "language", "In which services and the demonstration speak.", default: Language.en, environment: "EGOVCTL_LANGUAGE")
    static let json = Flag.json

    static let all: [any Parameter] = [bootstrap, properties, prefix, keys, services, language, json]
}

/// What `--service` says of one service.
struct ServicePlace: Sendable, Hashable {
    let name: ServiceName
    /// Without it the service is chosen, not placed.
    let url: String?

    /// Several may stand in one word with commas between, as the variable has them.
    static func list(_ word: String) throws -> [ServicePlace] {
        try word.split(separator: ",").map { try ServicePlace(String($0)) }
    }

    private init(_ word: String) throws {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let name = parts.first.flatMap(ServiceName.init(rawValue:)), Catalogue.service(name) != nil else {
            let known = Catalogue.services.map(\.name.rawValue).joined(separator: ", ")
            throw Fault("\"\(parts.first ?? "")\" is no service of the platform; there are \(known)")
        }
        self.name = name
        guard parts.count > 1 else {
            url = nil
            return
        }
        let url = parts[1].hasSuffix("/") ? String(parts[1].dropLast()) : parts[1]
        guard url.hasPrefix("http://") || url.hasPrefix("https://"), url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Fault("\"\(parts[1])\" is no address like http://127.0.0.1:8101")
        }
        self.url = url
    }
}

/// What is wrong with a value that was given, in words that follow "but".
struct Fault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

extension Language: ArgumentValue {}
extension RefusalGround: ArgumentValue {}
extension ParkedState: ArgumentValue {}
