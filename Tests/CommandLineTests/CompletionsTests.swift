import Foundation
import Testing

@testable import CommandLine

@Suite struct CompletionsTests {
    /// What bash itself offers for a line that ends at the cursor.
    private func offered(_ words: [String]) throws -> [String] {
        let script = Completions.script(for: Sample.root, .bash)
        let line = words.map(Completions.quoted).joined(separator: " ")
        let ask = "\(script)\nCOMP_WORDS=(\(line)); COMP_CWORD=\(words.count - 1); _egovctl; printf '%s\\n' \"${COMPREPLY[@]}\""
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/bash")
        shell.arguments = ["--norc", "-c", ask]
        let (output, errors) = (Pipe(), Pipe())
        shell.standardOutput = output
        shell.standardError = errors
        try shell.run()
        let offered = output.fileHandleForReading.readDataToEndOfFile()
        let complaints = errors.fileHandleForReading.readDataToEndOfFile()
        shell.waitUntilExit()
        #expect(String(decoding: complaints, as: UTF8.self) == "")
        return String(decoding: offered, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test(
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/bin/bash")),
        arguments: [
            (["egovctl", ""], ["applications", "copy", "go", "completions"]),
            (["egovctl", "app"], ["applications"]),
            (["egovctl", "applications", ""], ["list", "decide"]),
            (["egovctl", "--url", "x", "applications", "l"], ["list"]),
            (["egovctl", "applications", "list", "--f"], ["--format"]),
            (["egovctl", "applications", "list", "--format", ""], ["csv", "lines"]),
            (["egovctl", "completions", ""], ["bash", "zsh", "fish"]),
            (["egovctl", "copy", "/etc/hostn"], ["/etc/hostname"]),
            (["egovctl", "applications", "decide", "--body", ""], []),
        ])
    func bashOffersWhatFits(words: [String], expected: [String]) throws { #expect(try offered(words) == expected) }

    @Test func everyShellLearnsEveryCommandAndOption() async throws {
        for shell in Shell.allCases {
            let script = await run("completions \(shell.rawValue)").output
            for word in ["applications", "decide", "copy", "completions", "limit", "topic", "body", "quiet", "version"] {
                #expect(script.contains(word), "\(shell.rawValue) does not learn \(word)")
            }
        }
        let zsh = Completions.script(for: Sample.root, .zsh)
        #expect(zsh.hasPrefix("#compdef egovctl\n"))
        #expect(zsh.contains("'list:List the applications.'"))
        let fish = Completions.script(for: Sample.root, .fish)
        #expect(fish.contains("-n '__egovctl_at \"applications list\"' -l limit -s n -r -f -d 'How many are shown.'"))
        #expect(fish.contains("-n '__egovctl_at \"copy\"' -F"))
    }

    @Test func quotesInHelpDoNotBreakAScript() {
        #expect(Completions.quoted("it's") == "'it'\\''s'")
        let command = Command("x", "X.", subcommands: [Command("a", "It's \\ fine.", parameters: []) { _ in }])
        #expect(Completions.script(for: command, .fish).contains("-d 'It\\'s \\\\ fine.'"))
    }
}
