import Foundation
import Synchronization
import Testing

@testable import CommandLine

@Suite struct DisplayWidthTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("Қазақстан", 9), ("ғұқәіңөүһ", 9), ("и\u{306}", 1), ("e\u{301}", 1), ("日本", 4), ("🐎", 2),
        ("👩‍👩‍👧", 2),
        ("❤️", 2), ("a\u{200b}b", 2), ("№ 5", 3), ("\u{1b}", 0),
    ])
    func columnsAreCountedAsTerminalsDo(text: String, width: Int) { #expect(DisplayWidth.of(text) == width) }

    @Test func textsAreCutByColumns() {
        #expect(DisplayWidth.cut("Қазақстан", to: 9) == "Қазақстан")
        #expect(DisplayWidth.cut("Қазақстан", to: 5) == "Қаза…")
        #expect(DisplayWidth.cut("日本語", to: 4) == "日…")
        #expect(DisplayWidth.cut("abc", to: 0) == "")
    }

    @Test func textsAreWrappedByColumns() {
        #expect(
            DisplayWidth.wrapped("Әділет министрлігі  лицензия\nберді", to: 18) == ["Әділет министрлігі", "лицензия берді"])
        #expect(DisplayWidth.wrapped("abcdefghij k", to: 5) == ["abcdefghij", "k"])
        #expect(DisplayWidth.wrapped("  ", to: 5) == [])
    }
}

@Suite struct TableTests {
    private var table: Table {
        var table = Table(["Number", .init("Surname"), .init("Amount", .right, key: "tiyn")])
        table.add(["EL-1", "Әбдірахманова", 198_200])
        table.add(["EL-22", "O\u{1b}[31m\"x\"\n", .none])
        table.add(["EL-3"])
        return table
    }

    @Test func columnsAreAligned() {
        let shown = table.text()
        #expect(
            shown == """
                Number  Surname        Amount
                EL-1    Әбдірахманова  198200
                EL-22   O [31m"x"           –
                EL-3    –                   –

                """)
    }

    @Test func programsGetJSON() throws {
        let rows = try #require(try JSONSerialization.jsonObject(with: Data(table.json.utf8)) as? [[String: Any]])
        #expect(rows.count == 3)
        #expect(rows[0]["surname"] as? String == "Әбдірахманова")
        #expect(rows[0]["tiyn"] as? Int == 198_200)
        #expect(rows[1]["surname"] as? String == "O\u{1b}[31m\"x\"\n")
        #expect(rows[1]["tiyn"] is NSNull)
        #expect(Table(["A"]).json == "[]")
    }

    @Test func aTableFitsItsTerminal() {
        let lines = table.text(width: 24).split(separator: "\n")
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 24 })
        #expect(lines[1] == "EL-1    Әбдірах…  198200")
    }

    @Test func onlyATerminalCutsAndColours() {
        let (plain, rich) = (Recording(), Recording())
        plain.terminal(width: 40).write(table)
        rich.terminal(width: 40, isInteractive: true, isColoured: true).write(table)
        #expect(plain.text(.output) == table.text())
        #expect(rich.text(.output).hasPrefix("\u{1b}[1mNumber"))
        plain.terminal().write(Table(["A"], empty: "No applications."))
        #expect(plain.text(.output).hasSuffix("No applications.\n"))
    }

    @Test func noColourIsRespected() {
        // A file is no terminal; the variable is read all the same.
        let terminal = Terminal(output: -1, error: -1, environment: ["NO_COLOR": "1", "COLUMNS": "72"])
        #expect(terminal.styled("x", .red) == "x")
        #expect(terminal.width == 72)
    }
}

@Suite struct ProgressBarTests {
    private let now = Clock()
    private let recording = Recording()

    private func progress(of total: Int?, startingAt: Int = 0, isInteractive: Bool) -> ProgressBar {
        ProgressBar(
            "Importing", of: total, startingAt: startingAt, on: recording.terminal(isInteractive: isInteractive),
            clock: { [now] in now.value })
    }

    private func wait(_ seconds: Double) { now.advance(by: seconds) }

    @Test func aLogGetsALineNowAndThen() {
        let progress = progress(of: 100_000, isInteractive: false)
        for _ in 0..<20 {
            wait(1)
            progress.advance(by: 2500)
        }
        progress.finish()
        progress.finish()
        #expect(
            recording.text(.error).replacing("\u{a0}", with: " ") == """
                Importing: 2%, 2 500 of 100 000 rows, 2 500/s, 39 s left
                Importing: 27%, 27 500 of 100 000 rows, 2 500/s, 29 s left
                Importing: 50%, 50 000 of 100 000 rows, 2 500/s, in 20 s

                """)
        #expect(recording.text(.output).isEmpty)
    }

    @Test func aTerminalGetsABarThatIsRedrawn() {
        let progress = progress(of: 1000, startingAt: 500, isInteractive: true)
        wait(1)
        progress.advance(by: 250)
        progress.advance(by: 1)
        let drawn = recording.text(.error)
        #expect(drawn.hasPrefix("\r\u{1b}[KImporting ██"))
        #expect(drawn.contains("░ 75%  750 of 1\u{a0}000 rows, 250/s, 1 s left"))
        #expect(!drawn.contains("\n"))
        #expect(DisplayWidth.of(drawn) <= 80 + 4)
        progress.finish()
        #expect(recording.text(.error).hasSuffix("751 of 1\u{a0}000 rows, 251/s, in 1 s\n"))
    }

    @Test func anUnknownTotalHasNoShare() {
        let progress = progress(of: nil, isInteractive: false)
        progress.advance(by: 3)
        progress.finish()
        #expect(recording.text(.error).hasPrefix("Importing: 3 rows"))
    }
}

/// Seconds that pass when a test says so.
private final class Clock: Sendable {
    private let seconds = Mutex(0.0)
    var value: Double { seconds.withLock { $0 } }
    func advance(by more: Double) { seconds.withLock { $0 += more } }
}
