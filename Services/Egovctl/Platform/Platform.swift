import CommandLine
import Contracts
import Kafka

/// The platform as the global options describe it: where its parts are, and how to speak with them.
struct Platform: Sendable {
    let language: Language
    let asJSON: Bool
    let terminal: Terminal
    let prefix: String
    let keys: KeyFolder
    private let bootstrap: String
    private let propertiesFile: String?
    private let places: [ServicePlace]

    init(_ arguments: Arguments) throws {
        language = try arguments[Global.language]
        asJSON = try arguments[Global.json]
        terminal = arguments.terminal
        prefix = try arguments[Global.prefix]
        keys = KeyFolder(path: try arguments[Global.keys])
        bootstrap = try arguments[Global.bootstrap]
        propertiesFile = try arguments[Global.properties]
        places = try arguments[Global.services].flatMap { $0 }
    }

    /// The services that a command for several speaks to: those named alone, or all.
    var services: [ServiceContract] {
        let chosen = Set(places.filter { $0.url == nil }.map(\.name))
        return Catalogue.services.filter { chosen.isEmpty || chosen.contains($0.name) }
    }

    /// Where a service answers: the last place given for it, else its own port on this machine.
    func url(of service: ServiceName) -> String {
        if let url = places.last(where: { $0.name == service && $0.url != nil })?.url { return url }
        return "http://127.0.0.1:\(Catalogue.service(service)?.port ?? 80)"
    }

    func kafka() throws -> KafkaOptions {
        KafkaOptions(bootstrap: bootstrap, clientID: "egovctl", properties: try propertiesFile.map(Self.properties) ?? [:])
    }

    /// Lines of `name=value`; empty ones and those that begin with `#` say nothing.
    private static func properties(_ file: String) throws -> [String: String] {
        var properties: [String: String] = [:]
        let text = try Files.text(file, limit: 64 << 10)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingBlanks
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            guard let equals = line.firstIndex(of: "=") else {
                throw CommandFailure("\(file), line \(index + 1): not of the form name=value", advice: "see librdkafka's CONFIGURATION.md")
            }
            properties[String(line[..<equals].trimmingBlanks)] = String(line[line.index(after: equals)...].trimmingBlanks)
        }
        return properties
    }
}

extension Substring {
    var trimmingBlanks: Substring {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest.removeFirst() }
        while let last = rest.last, last.isWhitespace { rest.removeLast() }
        return rest
    }
}
