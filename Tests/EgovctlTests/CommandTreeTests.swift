import CommandLine
import Contracts
import Testing

@testable import Egovctl

@Suite struct CommandTreeTests {
    /// Every command there is, by its path.
    static let leaves: [[String]] = leaves(of: Egovctl.root, [])

    private static func leaves(of command: Command, _ path: [String]) -> [[String]] {
        command.subcommands.isEmpty ? [path] : command.subcommands.flatMap { leaves(of: $0, path + [$0.name]) }
    }

    @Test func theCommandsOfTheManualExist() {
        let wanted = [
            "topics apply", "topics show", "token keys", "token citizen", "token official", "token representative", "token notary",
            "token operator", "token service", "persons generate", "applications list", "applications queue", "applications show",
            "apply", "withdraw", "decide", "licence check", "history", "messages list", "messages show", "messages replay",
            "messages discard", "status", "doctor", "backup", "backups", "restore", "topics rewind", "clock show", "clock advance", "contracts openapi", "contracts asyncapi",
            "contracts schema", "demo",
        ]
        #expect(Set(wanted).subtracting(Self.leaves.map { $0.joined(separator: " ") }).isEmpty)
    }

    @Test(arguments: leaves) func eachCommandTeachesByExample(_ path: [String]) async {
        let help = await run(path + ["--help"])
        #expect(help.code == .success)
        #expect(help.output.contains("Examples:\n"))
        #expect(help.output.contains("Exit codes:\n"))
    }

    /// An example that its own command does not understand teaches nothing.
    @Test(arguments: leaves) func examplesParse(_ path: [String]) async throws {
        for line in await run(path + ["--help"]).output.split(separator: "\n") {
            let line = line.drop { $0 == " " }
            guard line.hasPrefix("egovctl "), !line.contains("["), !line.contains("<"), !line.contains("…"), !line.hasPrefix("egovctl \(path.joined(separator: " ")):") else { continue }
            let words = shellWords(String(line.prefix { !"|>".contains($0) }))
            guard case .run(_, let found, _) = try Egovctl.root.parse(Array(words.dropFirst())) else {
                Issue.record("\(line) runs nothing")
                continue
            }
            #expect(found.dropFirst().joined(separator: " ") == path.joined(separator: " "), "\(line)")
        }
    }

    private func shellWords(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var isQuoted = false
        for character in line {
            if character == "\"" {
                isQuoted.toggle()
            } else if character == " ", !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    @Test func aWrongPersonalNumberIsUsageAndSaysWhichCheckFailed() async {
        let result = await run(["apply", "--iin", "850315300018", "--kind", "advocate"])
        #expect(result.code == .usage)
        #expect(result.error.contains("check digit"))
    }

    @Test func aDecisionIsEitherIssueOrRefusal() async {
        let who = ["--iin", "791231304552", "--body", "ministry-of-justice"]
        #expect(await run(["decide", "KZ65LAA00000001"] + who).code == .usage)
        #expect(await run(["decide", "KZ65LAA00000001", "--issue", "--refuse", "court-ban"] + who).code == .usage)
        #expect(await run(["decide", "KZ65LAA00000001", "--refuse", "no-such-ground"] + who).error.contains("court-ban"))
    }

    @Test func nobodyIsSignedInByItself() async {
        let result = await run(["applications", "list"])
        #expect(result.code == .usage)
        #expect(result.error.contains("--token-file"))
    }

    @Test func theClockGoesForwardOnly() async {
        #expect(await run(["clock", "advance", "--days", "0"]).code == .usage)
        #expect(await run(["clock", "advance"]).code == .usage)
        #expect(await run(["clock", "advance", "--days", "1", "--to", "2027-01-01T00:00:00Z"]).code == .usage)
    }

    @Test func completionsNameTheCommands() async {
        let script = await run(["completions", "bash"])
        #expect(script.code == .success)
        #expect(script.output.contains("advance"))
    }

    // MARK: Where services are

    @Test func servicesAreWhereTheyAreSaidToBe() throws {
        let platform = try platform(["status", "--service", "e-license=http://el:9/"], ["EGOVCTL_SERVICES": "natural-persons=http://np:8"])
        #expect(platform.url(of: .eLicense) == "http://el:9")
        #expect(platform.url(of: .naturalPersons) == "http://127.0.0.1:8101", "the line wins over the variable")
        #expect(platform.services.count == 2)
    }

    @Test func theVariableHasSeveralInOneWord() throws {
        let places = "natural-persons=http://np:8,e-license=https://el"
        let platform = try platform(["status"], ["EGOVCTL_SERVICES": places])
        #expect(platform.url(of: .naturalPersons) == "http://np:8")
        #expect(platform.url(of: .eLicense) == "https://el")
    }

    @Test func aNameAloneChoosesTheService() throws {
        #expect(try platform(["status", "--service", "e-license"]).services.map(\.name) == [.eLicense])
    }

    @Test func aServiceThatIsNoneIsRefused() async {
        let result = await run(["status", "--service", "e-licence=http://x"])
        #expect(result.code == .usage)
        #expect(result.error.contains("natural-persons, e-license"))
    }

    private func platform(_ words: [String], _ environment: [String: String] = [:]) throws -> Platform {
        guard case .run(_, _, let values) = try Egovctl.root.parse(words, environment: environment) else { throw Fault("nothing runs") }
        return try Platform(values.arguments(writingTo: Terminal(sink: { _, _ in })))
    }
}
