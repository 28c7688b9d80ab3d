import Dispatch
import Foundation
import Synchronization
import Testing

@testable import Telemetry

/// The line as any JSON reader sees it.
private func parsed(_ line: String) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
    return try #require(object as? [String: Any])
}

@Suite struct LogTests {
    @Test func aLineIsOneJSONObjectWithItsFieldsInOrder() throws {
        let lines = LogCapture.lines {
            Log.info("application accepted", ["number": "EL-7", "attempt": 2, "took": 0.25, "retried": false, "ground": nil])
        }
        let line = try #require(lines.first)
        #expect(lines.count == 1)
        #expect(!line.contains("\n"))
        let fields = try parsed(line)
        #expect(fields["level"] as? String == "info")
        #expect(fields["message"] as? String == "application accepted")
        #expect(fields["attempt"] as? Int == 2)
        #expect(fields["retried"] as? Bool == false)
        #expect(fields["ground"] is NSNull)
        #expect(line.hasSuffix(#""number":"EL-7","attempt":2,"took":0.25,"retried":false,"ground":null}"#))
        #expect(line.contains(#/"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"/#))
    }

    @Test(arguments: [
        (0, 0, "1970-01-01T00:00:00.000Z"), (951_782_400, 5_000_000, "2000-02-29T00:00:00.005Z"),
        (1_448_949_600, 999_999_999, "2015-12-01T06:00:00.999Z"), (4_107_542_399, 0, "2100-02-28T23:59:59.000Z"),
        (-1, 0, "1969-12-31T23:59:59.000Z"),
    ])
    func timesAreRFC3339InUTC(seconds: Int, nanoseconds: Int, expected: String) {
        let time = timespec(tv_sec: seconds, tv_nsec: nanoseconds)
        let line = LogLine(level: .info, service: "s", message: "m", trace: nil, fields: [:], at: time)
        #expect(String(decoding: line.bytes, as: UTF8.self).contains("\"time\":\"\(expected)\""))
    }

    @Test(arguments: [
        "quote \" and \\", "line\nfeed\r\ttab", "\u{0}\u{1b}[31m\u{7f}\u{9b}2J", "Қазақстан 🐎 e\u{301}", "a\u{2028}b",
    ])
    func everyTextComesBackAsItWas(text: String) throws {
        let line = try #require(LogCapture.lines { Log.info("text", ["value": .string(text)]) }.first)
        #expect(try parsed(line)["value"] as? String == text)
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f..<0xa0).contains($0.value) })
    }

    @Test func numbersThatJSONDoesNotKnowAreTexts() throws {
        let line = try #require(LogCapture.lines { Log.info("n", ["a": .double(.nan), "b": .double(.infinity)]) }.first)
        #expect(try parsed(line)["a"] as? String == "nan")
        #expect(try parsed(line)["b"] as? String == "inf")
    }

    @Test func aFieldCannotTakeThePlaceOfTheLinesOwn() throws {
        let line = try #require(LogCapture.lines { Log.warning("m", ["level": "debug", "a": 1, "a": 2]) }.first)
        let fields = try parsed(line)
        #expect(fields["level"] as? String == "warning")
        #expect(fields["field_level"] as? String == "debug")
        #expect(fields["a"] as? Int == 2)
        #expect(line.ranges(of: "\"a\":").count == 1)
    }

    @Test func aLineNamesTheTraceOfItsTask() throws {
        let context = TraceContext.root()
        let lines = LogCapture.lines {
            TraceContext.$current.withValue(context) { Log.info("inside") }
            Log.info("outside")
        }
        #expect(try parsed(lines[0])["trace_id"] as? String == "\(context.traceID)")
        #expect(try parsed(lines[0])["span_id"] as? String == "\(context.spanID)")
        #expect(try parsed(lines[1])["trace_id"] == nil)
    }

    @Test func aTextWithoutEndIsCut() throws {
        let line = try #require(
            LogCapture.lines { Log.info("m", ["x": .string(String(repeating: "я", count: 100_000))]) }.first)
        #expect(line.utf8.count < 40_000)
        #expect(try #require(try parsed(line)["x"] as? String).hasSuffix("я…"))
    }

    @Test func captureFollowsTasksAndNotOthers() async {
        let lines = await LogCapture.lines { capture in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { Log.debug("child") } }
            }
            #expect(capture.lines.count == 3)
            let other = LogCapture.lines { Log.debug("nested") }
            #expect(other.count == 1)
        }
        #expect(lines.count == 3)
    }

    @Test(arguments: [("debug", LogLevel.debug), ("INFO", .info), ("warn", .warning), ("Warning", .warning), ("error", .error)])
    func levelsAreRead(text: String, level: LogLevel) { #expect(LogLevel(text) == level) }

    @Test(arguments: ["", "verbose", "info ", "2"])
    func otherWordsAreNoLevels(text: String) { #expect(LogLevel(text) == nil) }
}

/// These change the log of the whole process, one after the other.
@Suite(.serialized) struct LogBootstrapTests {
    @Test func aDisabledLevelDoesNotMakeItsFields() {
        let lines = Mutex<[String]>([])
        let made = Mutex(0)
        func costly() -> LogFields {
            made.withLock { $0 += 1 }
            return ["x": 1]
        }
        Log.bootstrap(service: "e-license", level: .warning) { line in
            lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
        }
        Log.info("too small", costly())
        Log.error("large enough for the bootstrap test", costly())
        Log.level = .debug
        Log.debug("now wanted by the bootstrap test", costly())
        Log.bootstrap(service: "tests")
        let ours = lines.withLock { $0 }.filter { $0.contains("bootstrap test") || $0.contains("too small") }
        #expect(ours.count == 2)
        #expect(ours.allSatisfy { $0.contains(#""service":"e-license""#) && $0.hasSuffix("}\n") })
        #expect(made.withLock { $0 } == 2)
    }

    @Test func linesOfThreadsDoNotMix() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let (reading, writing) = (ends[0], ends[1])
        let writer = LogWriter(descriptor: writing)
        // Threads of their own: a full pipe blocks its writers. The lines are longer than what a pipe takes undivided.
        let finished = DispatchSemaphore(value: 0)
        for letter in "abcd".utf8 {
            Thread.detachNewThread {
                for _ in 0..<20 { writer.write(Array(repeating: letter, count: 20_000) + [0x0a]) }
                finished.signal()
            }
        }
        Thread.detachNewThread {
            for _ in 0..<4 { finished.wait() }
            close(writing)
        }
        var received: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while case let count = read(reading, &piece, piece.count), count > 0 { received += piece[..<count] }
        let lines = received.split(separator: 0x0a)
        close(reading)
        #expect(lines.count == 80)
        #expect(lines.allSatisfy { line in line.count == 20_000 && line.allSatisfy { $0 == line.first } })
    }
}
