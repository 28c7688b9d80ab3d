import CommandLine
import Contracts

/// How a command signs in: with a token from a file, or by the development keys as the person it names.
enum SignIn {
    static let tokenFile = Option<String?>(
        "token-file", "A file with the token to use; - reads it from standard input.", value: "file",
        environment: "EGOVCTL_TOKEN_FILE", completion: .files)
    static let iin = Option<IIN?>("iin", "Sign in as this person, by development keys.", value: "IIN", parseIfGiven: { try IIN($0) })
    static let body = Option<BodyCode?>(
        "body", "As an official of this state body.", value: "code", parseIfGiven: { try BodyCode($0) })
    static let position = Option("position", "The official's position.", default: "specialist")
    static let account = Option("operator", "The operator's account, by development keys.", value: "name", default: "egovctl")

    static let person: [any Parameter] = [iin, body, position, tokenFile]
    static let citizen: [any Parameter] = [iin, tokenFile]
    static let `operator`: [any Parameter] = [account, tokenFile]

    /// A citizen's token, or an official's where the command knows bodies and one is given.
    static func person(_ arguments: Arguments, _ platform: Platform, mayBeOfficial: Bool) throws -> String {
        if let file = try arguments[tokenFile] { return try read(file) }
        guard let iin = try arguments[iin] else {
            throw CommandFailure(
                "nobody is signed in", advice: "--iin IIN by development keys, or --token-file FILE", exitCode: .usage)
        }
        guard mayBeOfficial, let body = try arguments[body] else { return try platform.keys.token(for: .citizen(iin)).token }
        return try platform.keys.token(for: .official(iin, body: body, position: try arguments[position])).token
    }

    static func `operator`(_ arguments: Arguments, _ platform: Platform) throws -> String {
        if let file = try arguments[tokenFile] { return try read(file) }
        return try platform.keys.token(for: .operator(try arguments[account])).token
    }

    private static func read(_ file: String) throws -> String {
        let token = try Files.text(file, limit: 16 << 10)[...].trimmingBlanks
        guard token.split(separator: ".").count == 3, !token.contains(where: \.isWhitespace) else {
            throw CommandFailure("\(file) holds no token", advice: "egovctl token citizen IIN > FILE, in development")
        }
        return String(token)
    }
}
