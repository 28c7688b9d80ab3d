import Testing

@testable import CommandLine

@Suite struct ParsingTests {
    @Test func whatIsLeftOutStandsAtItsDefault() throws {
        let given = try arguments("applications list")
        #expect(try given[Sample.limit] == 20)
        #expect(try given[Sample.topic] == [])
        #expect(try given[Sample.format] == nil)
        #expect(try given[Sample.quiet] == false)
        #expect(try given[Sample.wait] == .seconds(5))
        #expect(try given[Sample.url] == "http://localhost")
    }

    @Test(arguments: ["--limit 5", "--limit=5", "-n 5", "-n5", "-n=5", "-qn5", "-q -n 5"])
    func anOptionIsWrittenInEveryUsualWay(words: String) throws {
        let given = try arguments("applications list " + words)
        #expect(try given[Sample.limit] == 5)
        #expect(try given[Sample.quiet] == words.contains("q"))
    }

    @Test func valuesHaveTheirTypes() throws {
        let given = try arguments("applications list -t a --topic=b --topic c=d --format csv --wait 250ms --even 4 -n -3")
        #expect(try given[Sample.topic] == ["a", "b", "c=d"])
        #expect(try given[Sample.format] == .csv)
        #expect(try given[Sample.wait] == .milliseconds(250))
        #expect(try given[Sample.even] == 4)
        #expect(try given[Sample.limit] == -3)
    }

    @Test func anEmptyValueIsAValue() throws { #expect(try arguments("applications list --topic=")[Sample.topic] == [""]) }

    @Test(arguments: [
        "--url http://x applications list", "applications --url http://x list", "applications list --url http://x",
    ])
    func anOptionOfAGroupStandsAnywhere(line: String) throws { #expect(try arguments(line)[Sample.url] == "http://x") }

    @Test func theEnvironmentComesAfterTheLineAndBeforeTheDefault() throws {
        let environment = ["EGOV_LIMIT": "7", "EGOV_URL": "", "EGOV_QUIET": "yes"]
        #expect(try arguments("applications list", environment: environment)[Sample.limit] == 7)
        #expect(try arguments("applications list -n 8", environment: environment)[Sample.limit] == 8)
        #expect(try arguments("applications list", environment: environment)[Sample.url] == "http://localhost")
        #expect(try arguments("applications list", environment: environment)[Sample.quiet])
        #expect(try arguments("applications decide 1", environment: ["EGOV_BODY": "mj"])[Sample.body] == "mj")
    }

    @Test func argumentsTakeTheirPlaces() throws {
        let given = try arguments("copy a b c there")
        #expect(try given[Sample.files] == ["a", "b", "c"])
        #expect(try given[Sample.target] == "there")
        #expect(try arguments("copy there")[Sample.files] == [])
        #expect(try arguments("go")[Sample.place] == 7)
        #expect(try arguments("go -3")[Sample.place] == -3)
        #expect(try arguments("copy -- --limit -q --help")[Sample.files] == ["--limit", "-q"])
        #expect(try arguments("copy - x")[Sample.files] == ["-"])
    }

    @Test(arguments: [
        ("", "egovctl needs a command: applications, copy, go", "see egovctl --help"),
        ("applications", "egovctl applications needs a command: list, decide", "see egovctl applications --help"),
        ("aplications list", "egovctl has no command \"aplications\"", "did you mean applications?"),
        ("applications lst", "egovctl applications has no command \"lst\"", "did you mean list?"),
        ("xyzzy", "egovctl has no command \"xyzzy\"", "see egovctl --help"),
        ("applications list --limmit 5", "egovctl applications list has no option --limmit", "did you mean --limit?"),
        ("applications list --top x", "egovctl applications list has no option --top", "did you mean --topic?"),
        ("applications list -x", "egovctl applications list has no option -x", "see egovctl applications list --help"),
        ("applications list -json", "egovctl applications list has no option -j", "long names take two dashes"),
        ("applications list --limit", "--limit needs a value: --limit <number>", "see egovctl applications list --help"),
        (
            "applications list --topic --json", "--topic needs a value, but --json follows",
            "a value that begins with a dash is written --topic=--json"
        ),
        (
            "applications list -n 1 --limit 2", "--limit is given twice, but takes one value",
            "see egovctl applications list --help"
        ),
        ("applications list --json=yes", "--json takes no value", "see egovctl applications list --help"),
        (
            "applications list -n many", "--limit takes a number (-5 to 1000), but \"many\" is no number",
            "see egovctl applications list --help"
        ),
        (
            "applications list -n 1001", "--limit takes a number (-5 to 1000), but 1001 is not from -5 to 1000",
            "see egovctl applications list --help"
        ),
        (
            "applications list -n 99999999999999999999",
            "--limit takes a number (-5 to 1000), but \"99999999999999999999\" is no number",
            "see egovctl applications list --help"
        ),
        (
            "applications list --format cvs",
            "--format takes a csv|lines, but \"cvs\" is none of csv, lines; did you mean \"csv\"?",
            "see egovctl applications list --help"
        ),
        ("applications list --even 3", "--even takes a value, but \"3\" is odd", "see egovctl applications list --help"),
        (
            "applications list extra", "egovctl applications list takes no arguments, but \"extra\" is given",
            "see egovctl applications list --help"
        ),
        (
            "applications decide --body x", "egovctl applications decide needs <number>",
            "see egovctl applications decide --help"
        ),
        (
            "applications decide 1", "egovctl applications decide needs --body <body>, or the variable EGOV_BODY",
            "see egovctl applications decide --help"
        ),
        ("go 1 2", "\"2\" is one argument too many for egovctl go", "see egovctl go --help"),
        ("copy", "egovctl copy needs <target>", "see egovctl copy --help"),
        ("completions tcsh", "there are no completions for \"tcsh\", only for bash, zsh, fish", "see egovctl --help"),
    ])
    func aWrongLineIsToldWhatIsWrongAndWhatToDo(line: String, message: String, advice: String) throws {
        let error = try #require(throws: UsageError.self) { try arguments(line) }
        #expect(error.message == message)
        #expect(error.advice == advice)
    }

    @Test func aWrongVariableIsNamed() throws {
        let error = try #require(throws: UsageError.self) {
            try arguments("applications list", environment: ["EGOV_LIMIT": "x"])
        }
        #expect(error.message.hasPrefix("the variable EGOV_LIMIT takes a number"))
    }

    @Test(arguments: ["--help", "-h", "help", "--help applications", "applications list -n --help x"])
    func helpIsAskedForAnywhere(line: String) throws {
        let parsed = try? Sample.root.parse(line.split(separator: " ").map(String.init))
        if line.contains("-n") {
            // The value is missing; that is said rather than guessed.
            #expect(parsed == nil)
        } else {
            guard case .help? = parsed else {
                Issue.record("no help for \(line)")
                return
            }
        }
    }

    @Test(arguments: [
        ("--help applications list", "list"), ("help applications decide", "decide"), ("applications --help", "applications"),
        ("applications decide --help --unknown", "decide"), ("completions --help", "egovctl"),
    ])
    func helpExplainsTheCommandThatIsNamed(line: String, name: String) throws {
        guard case .help(let path) = try Sample.root.parse(line.split(separator: " ").map(String.init)) else {
            Issue.record("no help for \(line)")
            return
        }
        #expect(path.last?.name == name)
    }

    @Test(
        arguments: [
            ("250ms", Duration.milliseconds(250)), ("30s", .seconds(30)), ("5m", .seconds(300)), ("2h", .seconds(7200)),
            ("7d", .seconds(604_800)),
            ("0s", .zero), ("5", nil), ("-5s", nil), ("s", nil), ("1.5s", nil), ("99999999999999999d", nil),
        ] as [(String, Duration?)])
    func durationsHaveUnits(word: String, duration: Duration?) { #expect(Duration(argument: word) == duration) }

    @Test(
        arguments: [("100_000", 100_000), ("-1", -1), ("_1", nil), ("1_", nil), ("", nil), ("0x1", nil), ("1.0", nil)]
            as [(String, Int?)])
    func numbersMayBeGrouped(word: String, number: Int?) { #expect(Int(argument: word) == number) }
}
