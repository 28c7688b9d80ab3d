import Testing

@testable import CommandLine

@Suite struct RunTests {
    @Test func aCommandWritesItsResult() async {
        let result = await run("applications list -n 3", environment: ["EGOV_URL": "http://e"])
        #expect(result == (.success, "limit 3 url http://e\n", ""))
    }

    @Test func aWrongLineLeavesWithTwo() async {
        let result = await run("applications lst")
        #expect(result.code == .usage && result.code.rawValue == 2)
        #expect(result.output.isEmpty)
        #expect(result.error == "error: egovctl applications has no command \"lst\"\nnext:  did you mean list?\n")
    }

    @Test func aFailureLeavesWithItsOwnCode() async {
        let result = await run("applications decide 7 --body mj")
        #expect(result == (.refused, "", "error: the deadline has passed\nnext:  look at the case\n"))
    }

    @Test func aCancelledCommandWasInterrupted() async { #expect(await run("copy x").code.rawValue == 130) }

    @Test func aParameterThatIsNotDeclaredIsAFaultAndNoCrash() async {
        let result = await run("go")
        #expect(result.code == .failure)
        #expect(result.error.contains("does not declare --limit"))
    }

    @Test func theVersionIsToldOnStandardOutput() async {
        #expect(await run("--version") == (.success, "egovctl 1.2.3\n", ""))
        #expect(await run("applications list --version").output == "egovctl 1.2.3\n")
    }
}

@Suite struct HelpTests {
    @Test func helpTeachesByExample() async {
        let page = await run("applications list --help").output
        #expect(
            page == """
                egovctl applications list: List the applications.

                Newest first.

                Nobody else's are shown.

                Usage:
                  egovctl applications list [options]

                Options:
                      --url <text>          Where the service is. (default: http://localhost;
                                            variable: EGOV_URL)
                  -n, --limit <number>      How many are shown. (-5 to 1000; default: 20;
                                            variable: EGOV_LIMIT)
                  -t, --topic <text>        Only this topic. (may be repeated)
                      --format <csv|lines>  How the file is written.
                      --wait <duration>     How long to wait. (default: 5s)
                      --even <value>        An even number.
                  -q, --quiet               Say less. (variable: EGOV_QUIET)
                      --json                Answer in JSON, for programs.
                  -h, --help                Show this help.
                      --version             Show the version.

                Examples:
                  # The last five:
                  egovctl applications list -n 5
                  egovctl applications list --json

                Exit codes:
                  0  done
                  1  failed; the message says why
                  2  wrong usage; nothing was done
                  3  the service does not answer

                """)
    }

    @Test func helpOfAGroupListsItsCommands() async {
        let page = await run("help").output
        #expect(page.contains("Usage:\n  egovctl [options] <command>\n"))
        #expect(page.contains("  applications  What citizens asked for.\n"))
        #expect(page.contains("  completions   Print what a shell needs"))
        #expect(await run("applications decide --help").output.contains("decide --body <body> [options] <number>\n"))
        #expect(await run("copy --help").output.contains("copy [options] [<file>…] <target>\n"))
    }

    @Test(arguments: [40, 60, 100])
    func noLineIsWiderThanTheTerminal(width: Int) async throws {
        let recording = Recording()
        _ = await Sample.root.run(["applications", "list", "-h"], environment: [:], on: recording.terminal(width: width))
        let widest = recording.text(.output).split(separator: "\n").map { DisplayWidth.of($0) }.max()
        // The explanation keeps twenty columns beside its term, whatever the width.
        #expect(try #require(widest) <= max(width, 28 + 4 + 20))
    }
}
