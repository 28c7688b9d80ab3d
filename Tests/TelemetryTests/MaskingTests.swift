import Foundation
import Testing

@testable import Telemetry

@Suite struct MaskingTests {
    @Test(arguments: [
        ("840101300019", "********0019"),
        ("iin=840101300019;", "iin=********0019;"),
        ("840101300019 940740000123", "********0019 ********0123"),
        ("ЖСН840101300019ұ", "ЖСН********0019ұ"),
        ("IIN840101300019Z", "IIN********0019Z"),
        ("84010130001", "84010130001"),
        ("8401013000190", "8401013000190"),
        ("1448949600123456", "1448949600123456"),
        ("0190c3a0-7bcd-7def-8abc-840101300019", "0190c3a0-7bcd-7def-8abc-840101300019"),
        ("0190c3a0-7bcd-7def-8abc-840101300019f", "0190c3a0-7bcd-7def-8abc-********0019f"),
        ("a-840101300019", "a-********0019"),
    ])
    func personalNumbersKeepTheirLastFour(text: String, expected: String) {
        #expect(Masking.masked(text) == expected)
    }

    @Test func personalNumbersAreMaskedWhereverTheyStand() throws {
        let lines = LogCapture.lines {
            Log.info(
                "person 840101300019 read",
                ["subject": "840101300019", "as_number": 840_101_300_019, "as_float": 840101300019.0])
        }
        let line = try #require(lines.first)
        #expect(!line.contains("840101300019"))
        #expect(line.components(separatedBy: "********0019").count == 5)
    }

    @Test(arguments: [
        "password", "DATABASE_PASSWORD", "clientSecret", "access_token", "Authorization", "Set-Cookie", "private-key",
        "API_KEY",
    ])
    func secretsAreNotWritten(name: String) throws {
        var fields: LogFields = [:]
        fields[name] = "s3cr3t"
        let line = try #require(LogCapture.lines { Log.info("m", fields) }.first)
        #expect(!line.contains("s3cr3t"))
        #expect(line.contains(#""***""#))
    }

    @Test(arguments: [
        ("postgresql://egov:p%40ss@db:5432/x", "postgresql://egov:***@db:5432/x"),
        ("no route to http://u:a@b@host/ and on", "no route to http://u:***@host/ and on"),
        ("http://host/a:b@c", "http://host/a:b@c"),
        ("someone@example.kz", "someone@example.kz"),
        ("x://", "x://"),
    ])
    func passwordsInURLsAreHidden(text: String, expected: String) { #expect(Masking.masked(text) == expected) }
}
