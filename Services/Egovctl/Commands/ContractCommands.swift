import CommandLine
import Contracts

/// What the services say and hear, for programs of any language.
enum ContractCommands {
    static let contracts = Command(
        "contracts", "The services' contracts: OpenAPI, AsyncAPI, JSON Schema.",
        examples: ["egovctl contracts openapi e-license > e-license.openapi.json", "egovctl contracts schema applications.submit.input"],
        subcommands: [list, openapi, asyncapi, schema])

    private static let words = Catalogue.services.map(\.name.rawValue)

    private static func contract(_ name: String) throws -> ServiceContract {
        guard let contract = ServiceName(rawValue: name).flatMap(Catalogue.service) else {
            throw Fault("\"\(name)\" is no service; there are \(words.joined(separator: ", "))")
        }
        return contract
    }

    private static let service = Argument<ServiceContract>("service", "The service.", completion: .words(words), parse: contract)

    static let openapi = Command(
        "openapi", "A service's operations over HTTP, as OpenAPI 3.1.", parameters: [service],
        examples: ["egovctl contracts openapi natural-persons"]
    ) { arguments in
        arguments.terminal.write(String(decoding: JSON.write(OpenAPI.document(try arguments[service]), pretty: true), as: UTF8.self))
    }

    private static let oneOrAll = Argument<ServiceContract?>(
        "service", "The service; the whole platform unless given.", completion: .words(words), parseIfGiven: contract)

    static let asyncapi = Command(
        "asyncapi", "Topics, events and inquiries, as AsyncAPI 3.0.", parameters: [oneOrAll],
        examples: ["egovctl contracts asyncapi", "egovctl contracts asyncapi e-license"]
    ) { arguments in
        let platform = try Platform(arguments)
        if let one = try arguments[oneOrAll] { return platform.write(AsyncAPI.document(one, prefix: platform.prefix)) }
        var whole = JSONValue.object(JSONObject())
        for service in Catalogue.services { whole = merged(whole, AsyncAPI.document(service, prefix: platform.prefix)) }
        platform.write(merged(whole, ["info": ["title": "The platform's topics"]]))
    }

    /// Objects member by member; of anything else the second.
    static func merged(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        guard case .object(var members) = first, case .object(let others) = second else { return second }
        for member in others.members { members[member.name] = members[member.name].map { merged($0, member.value) } ?? member.value }
        return .object(members)
    }

    // MARK: Schemas

    /// A schema by name: an operation's input or output, an event, an inquiry's request or extract.
    private struct Named {
        let service: ServiceName
        let kind: String
        let name: String
        let summary: String
        let schema: JSONSchema
    }

    private static var named: [Named] {
        Catalogue.services.flatMap { service in
            service.operations.flatMap { operation in
                [("input", operation.input), ("output", operation.output)].map { part, schema in
                    Named(
                        service: service.name, kind: "operation", name: "\(operation.name).\(part)", summary: operation.summary.en,
                        schema: schema)
                }
            }
                + service.publishes.map {
                    Named(service: service.name, kind: "event", name: $0.type, summary: $0.summary, schema: $0.schema)
                }
                + service.inquiries.flatMap { inquiry in
                    [(inquiry.inquiryType, inquiry.request), (inquiry.answerType, inquiry.extract)].map { type, schema in
                        Named(service: service.name, kind: "inquiry", name: type, summary: inquiry.summary.en, schema: schema)
                    }
                }
        }
    }

    static let list = Command(
        "list", "Everything that has a schema.", examples: ["egovctl contracts list", "egovctl contracts list --service e-license --json"]
    ) { arguments in
        let platform = try Platform(arguments)
        let chosen = Set(platform.services.map(\.name))
        var table = Table(["SERVICE", "KIND", "NAME", "SUMMARY"])
        for item in named where chosen.contains(item.service) {
            table.add([.text(item.service.rawValue), .text(item.kind), .text(item.name), .text(item.summary)])
        }
        platform.terminal.write(table, asJSON: platform.asJSON)
    }

    private static let type = Argument<String>(
        "type", "Its name as egovctl contracts list has it, or as much of it as tells it from others.",
        completion: .words(Set(named.map(\.name)).sorted()))

    static let schema = Command(
        "schema", "One JSON Schema (2020-12).", parameters: [type],
        examples: ["egovctl contracts schema applications.submit.input", "egovctl contracts schema application-submitted"]
    ) { arguments in
        let platform = try Platform(arguments)
        let chosen = Set(platform.services.map(\.name))
        platform.write(try schema(try arguments[type], named.filter { chosen.contains($0.service) }))
    }

    private static func schema(_ name: String, _ all: [Named]) throws -> JSONValue {
        let exact = all.filter { $0.name == name }
        let found = exact.isEmpty ? all.filter { $0.name.contains(name) } : exact
        // What every service has is the same in each of them.
        guard let first = found.first, Set(found.map(\.name)).count == 1, Set(found.map(\.schema)).count == 1 else {
            let names = Set(found.map(\.name)).sorted()
            throw CommandFailure(
                found.isEmpty ? "no schema is named \"\(name)\"" : "\"\(name)\" may be \(names.joined(separator: ", "))",
                advice: "egovctl contracts list")
        }
        guard case .object(var schema) = first.schema.value else { return first.schema.value }
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
        return .object(schema)
    }
}
