import CommandLine
import Contracts
import Trust

/// Development keys, and tokens signed by them.
enum TokenCommands {
    static let token = Command(
        "token", "Development keys, and tokens signed by them.",
        discussion: """
            In production people sign in with their digital signature and no one can make a token by hand. In development whoever holds \
            the folder of keys may speak for anybody, for fifteen minutes at most. A token is printed alone, so that it fits into a header.
            """,
        examples: [
            .init("curl -H \"Authorization: Bearer $(egovctl token citizen 850315300019)\" http://127.0.0.1:8101/v1/persons/me"),
            "egovctl token official 791231304552 --body ministry-of-justice --position specialist",
        ],
        subcommands: [keys, citizen, official, representative, notary, `operator`, service])

    // MARK: Keys

    private static let directory = Option<String?>(
        "directory", "The folder; that of --keys unless given.", value: "folder", completion: .folders)

    private static let servicesOnly = Flag("services-only", "Only the services' own keys: with them nobody can be signed in by hand.")

    static let keys = Command(
        "keys", "Make development keys: those that are missing.",
        discussion: """
            sign-in.pem signs people's tokens. Each service has NAME.signing.pem (SIGNING_KEY_FILE) and NAME.opening.pem \
            (OPENING_KEY_FILE: opens what is sealed to it). keys.jwks has everyone's public keys (TOKEN_KEYS). Keys that are there are kept.
            """,
        parameters: [directory, servicesOnly], examples: ["egovctl token keys --directory .state/keys"]
    ) { arguments in
        let platform = try Platform(arguments)
        let folder = try arguments[directory].map(KeyFolder.init(path:)) ?? platform.keys
        var table = Table(["OWNER", "USE", "FILE", .init("KEY", key: "kid"), "NEW"])
        for key in try folder.complete(ofServicesOnly: try arguments[servicesOnly]) {
            table.add([.text(key.owner), .text(key.use.rawValue), .text(key.file), .text(key.kid), .bool(key.isNew)])
        }
        platform.terminal.write(table, asJSON: platform.asJSON)
        if !platform.asJSON { platform.terminal.note("public keys of all: \(folder.jwksFile)") }
    }

    // MARK: Tokens

    private static let audience = Option<[String]>(
        "audience", "A service that may take it; all of them unless given.", value: "service",
        completion: .words(Catalogue.services.map(\.name.rawValue)), parseEach: { try ServiceName($0).rawValue })
    private static let minutes = Option("minutes", "How long it holds.", default: 15).within(1...15)
    private static let iin = Argument<IIN>("IIN", "The person's number.", parse: { try IIN($0) })

    private static func command(
        _ name: String, _ abstract: String, _ parameters: [any Parameter], _ example: Command.Example,
        _ caller: @escaping @Sendable (Arguments) throws -> Caller
    ) -> Command {
        Command(name, abstract, parameters: parameters + [audience, minutes], examples: [example]) { arguments in
            let platform = try Platform(arguments)
            let names = try arguments[audience]
            let signedIn = try platform.keys.token(
                for: try caller(arguments), audience: names.isEmpty ? .everyService : Audience(names),
                life: .seconds(try arguments[minutes] * 60))
            guard platform.asJSON else { return platform.terminal.write(signedIn.token) }
            platform.write(["token": .string(signedIn.token), "expires": .string("\(signedIn.expires)")])
        }
    }

    private static let citizen = command(
        "citizen", "A token for a citizen.", [iin], "egovctl token citizen 850315300019"
    ) { .citizen(try $0[iin]) }

    private static let body = Option<BodyCode>("body", "The state body.", value: "code", parse: { try BodyCode($0) })
    private static let position = Option("position", "The position held there.", default: "specialist")

    private static let official = command(
        "official", "A token for an official of a state body.", [iin, body, position],
        "egovctl token official 791231304552 --body ministry-of-justice --position specialist"
    ) { .official(try $0[iin], body: try $0[body], position: try $0[position]) }

    private static let bin = Option<BIN>("bin", "The legal entity's number.", parse: { try BIN($0) })
    private static let powers = Option<[String]>("power", "What the representative may do.")

    private static let representative = command(
        "representative", "A token for a representative of a legal entity.", [iin, bin, powers],
        "egovctl token representative 850315300019 --bin 150140000121 --power apply"
    ) { .representative(try $0[iin], try $0[bin], powers: try $0[powers]) }

    private static let notary = command(
        "notary", "A token for a notary.", [iin], "egovctl token notary 850315300019"
    ) { .notary(try $0[iin]) }

    private static let name = Argument<String>("name", "The operator's account.").checked("1 to 64 bytes") { name in
        guard (1...64).contains(name.utf8.count) else { throw Fault("it has \(name.utf8.count)") }
    }

    private static let `operator` = command(
        "operator", "A token for an operator of the platform.", [name], "egovctl token operator aigul"
    ) { .operator(try $0[name]) }

    private static let serviceName = Argument<ServiceName>(
        "service", "The service.", completion: .words(Catalogue.services.map(\.name.rawValue)), parse: { try ServiceName($0) })

    private static let service = command(
        "service", "A token for a service, signed by its own key.", [serviceName], "egovctl token service e-license"
    ) { .service(try $0[serviceName]) }
}
