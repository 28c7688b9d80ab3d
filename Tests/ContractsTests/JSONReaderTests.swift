import Contracts
import Testing

@Suite struct JSONReaderTests {
    private func parse(_ text: String) throws(JSONError) -> JSONValue { try JSON.parse(Array(text.utf8)) }

    @Test func keepsNumbersAndOrderAsWritten() throws {
        let value = try parse(#" {"b": 1.10, "a": [-0, 1E+2, 12345678901234567890123], "c": null, "d": true} "#)
        #expect(value["b"] == .number("1.10"))
        #expect(value["a"] == [.number("-0"), .number("1E+2"), .number("12345678901234567890123")])
        #expect(value.object?.names == ["b", "a", "c", "d"])
        #expect(value == [ "d": true, "c": nil, "a": [.number("-0"), .number("1E+2"), .number("12345678901234567890123")], "b": .number("1.10")])
    }

    @Test func readsEscapesAndWideCharacters() throws {
        #expect(try parse(#""a\"\\\/\b\f\n\r\tҚ\ud83d\ude00ы""#) == "a\"\\/\u{8}\u{C}\n\r\tҚ😀ы")
        #expect(try parse("\"Әсел Ұлықбек\"") == "Әсел Ұлықбек")
    }

    @Test(arguments: [
        ("", JSONError.Kind.endedEarly), ("{", .endedEarly), ("[1,", .endedEarly), ("\"a", .endedEarly), ("tru", .endedEarly),
        ("nul!", .expected(.value)), ("[1,]", .expected(.value)), ("{\"a\":1,}", .expected(.key)),
        ("{a:1}", .expected(.key)), ("{\"a\" 1}", .expected(.colon)), ("[1 2]", .expected(.commaOrBracket)),
        ("01", .trailingContent), ("1.", .endedEarly), ("1.x", .expected(.digit)), ("-", .endedEarly), ("+1", .expected(.value)),
        (".5", .expected(.value)), ("1e", .endedEarly), ("NaN", .expected(.value)),
        ("{} {}", .trailingContent), ("'a'", .expected(.value)), ("\"\n\"", .expected(.escapedControl)),
        ("\"\\x\"", .expected(.escape)), ("\"\\u12G4\"", .expected(.hexDigits)),
        ("\"\\ud800\"", .loneSurrogate), ("\"\\ud800\\u0041\"", .loneSurrogate), ("\"\\udc00\"", .loneSurrogate), ("\"\\u0000\"", .nulCharacter),
        ("{\"a\":1,\"b\":2,\"\\u0061\":3}", .duplicateKey("a")),
    ])
    func refuses(_ text: String, _ kind: JSONError.Kind) {
        #expect { try parse(text) } throws: { ($0 as? JSONError)?.kind == kind }
    }

    @Test(arguments: [[0x22, 0xC3, 0x28, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xD0, 0x22]])
    func refusesBrokenUTF8(_ bytes: [UInt8]) {
        #expect { try JSON.parse(bytes) } throws: {
            let error = $0 as? JSONError
            return error?.kind == .invalidUTF8 && error?.offset == 1
        }
    }

    /// Strings are searched eight bytes at a time: what ends or breaks one is found wherever it stands, behind whatever bytes.
    @Test func findsTheEndOfAStringWhereverItStands() throws {
        for length in 0...20 {
            for plain in [UInt8(ascii: " "), UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "["), UInt8(ascii: "]"), 0x7f] {
                let text = [UInt8](repeating: plain, count: length)
                let whole = String(decoding: text, as: UTF8.self)
                #expect(try JSON.parse([0x22] + text + [0x22]) == .string(whole))
                #expect(try JSON.parse([0x22] + text + Array(#"\n""#.utf8)) == .string(whole + "\n"))
                #expect(try JSON.parse(Array(#"["\\"#.utf8) + text + Array(#"","é"]"#.utf8)) == .array([.string("\\" + whole), "é"]))
                for control: UInt8 in [0, 9, 0x1f] {
                    #expect { try JSON.parse([0x22] + text + [control, 0x22]) } throws: {
                        let error = $0 as? JSONError
                        return error?.kind == .expected(.escapedControl) && error?.offset == length + 1
                    }
                }
                #expect { try JSON.parse([0x22] + text) } throws: { ($0 as? JSONError)?.kind == .endedEarly }
            }
        }
    }

    @Test func findsDuplicatesAmongManyKeys() throws {
        let keys = (0..<500).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(try parse("{\(keys)}").object?.count == 500)
        #expect { try parse("{\(keys),\"k3\":1}") } throws: { ($0 as? JSONError)?.kind == .duplicateKey("k3") }
        #expect { try parse("{\(keys),\"k499\":1}") } throws: { ($0 as? JSONError)?.kind == .duplicateKey("k499") }
    }

    @Test func hasLimits() {
        let deep = String(repeating: "[", count: 33) + String(repeating: "]", count: 33)
        #expect { try parse(deep) } throws: { ($0 as? JSONError)?.kind == .tooDeep(limit: 32) }
        #expect(throws: Never.self) { try parse(String(deep.dropFirst().dropLast())) }
        #expect { try JSON.parse(Array("[1,2,3]".utf8), limits: JSONLimits(maxValues: 3)) } throws: {
            ($0 as? JSONError)?.kind == .tooManyValues(limit: 3)
        }
        #expect { try JSON.parse(Array("      1".utf8), limits: JSONLimits(maxBytes: 5)) } throws: {
            ($0 as? JSONError)?.kind == .tooLarge(limit: 5)
        }
        #expect { try parse(String(repeating: "1", count: 65)) } throws: { ($0 as? JSONError)?.kind == .numberTooLong(limit: 64) }
    }

    @Test func saysWhere() {
        #expect { try parse("{\n  \"a\": 1,\n  \"b\": x\n}") } throws: {
            guard let error = $0 as? JSONError else { return false }
            return error.line == 3 && error.column == 8 && error.offset == 19
        }
    }

    @Test func faultsAreToldInThreeLanguages() {
        #expect { try parse("x") } throws: {
            guard let text = ($0 as? JSONError)?.text else { return false }
            return text.ru == "ожидалось: значение JSON" && text.kk == "күтілгені — JSON мәні"
        }
    }

    @Test func writesCompactSortedAndPretty() {
        let value: JSONValue = ["b": ["x/y", "\u{1}\n\"\\"], "a": [:], "ә": []]
        #expect(String(decoding: JSON.write(value, sorted: true), as: UTF8.self) == #"{"a":{},"b":["x/y","\u0001\n\"\\"],"ә":[]}"#)
        #expect(String(decoding: JSON.write(["a": [1]], pretty: true), as: UTF8.self) == "{\n  \"a\": [\n    1\n  ]\n}")
    }
}
