import Contracts
import Foundation
import Testing

private struct Sample: Codable, Hashable {
    enum Colour: String, Codable, CaseIterable { case red, green }
    struct Inner: Codable, Hashable { var n: Int8; var list: [UInt16]? }

    var id: UUID
    var text: String
    var flag: Bool?
    var colour: Colour
    var inner: Inner
    var amounts: [String: Decimal]
    var real: Double
    var at: Timestamp
}

@Suite struct TreeCodingTests {
    private let good: JSONValue = [
        "id": "01515e3c-7c00-7000-8000-000000000001", "text": "сәлем", "colour": "red", "inner": ["n": -128, "list": [0, 65535]],
        "amounts": ["a": .number("0.1000000000000000000000000001")], "real": .number("0.5"), "at": "2015-12-01T06:00:00Z",
    ]

    private func failure(_ change: (inout JSONObject) -> Void) -> ContractError? {
        guard case .object(var object) = good else { return nil }
        change(&object)
        do throws(ContractError) { _ = try JSON.decode(Sample.self, from: .object(object)) } catch { return error }
        return nil
    }

    @Test func decodesAndEncodesBack() throws {
        let sample = try JSON.decode(Sample.self, from: good)
        #expect(sample.flag == nil)
        #expect(sample.amounts["a"] == Decimal(string: "0.1000000000000000000000000001"))
        #expect(try JSON.tree(sample) == good)
        let text = String(decoding: try JSON.encode(sample), as: UTF8.self)
        #expect(text.hasPrefix(#"{"id":"01515e3c-7c00-7000-8000-000000000001","text":"сәлем","#))
    }

    @Test func refusesUnknownKeysEverywhere() {
        #expect(failure { $0["zzz"] = 1 } == ContractError(pointer: "/zzz", kind: .unknown))
        #expect(failure { $0["inner"] = ["n": 1, "a/b~": 2] } == ContractError(pointer: "/inner/a~1b~0", kind: .unknown))
        #expect(throws: ContractError(pointer: "/x", kind: .unknown)) { try JSON.decode(Empty.self, from: ["x": 1]) }
        #expect(throws: ContractError(pointer: "/0/x", kind: .unknown)) { try JSON.decode([Empty].self, from: [["x": 1]]) }
        #expect(throws: ContractError(pointer: "", kind: .wrongType(expected: .object, found: .array))) {
            try JSON.decode(Empty.self, from: [])
        }
    }

    @Test func ignoresUnknownKeysOfNewerMessagesWhenTold() throws {
        guard case .object(var object) = good else { return }
        object["later"] = ["added": true]
        object["inner"] = ["n": 1, "more": 2]
        #expect(try JSON.decode(Sample.self, from: .object(object), unknown: .ignore).inner.n == 1)
    }

    @Test func saysWhatIsMissingOrWrong() {
        #expect(failure { $0["text"] = nil } == ContractError(pointer: "/text", kind: .missing))
        #expect(failure { $0["text"] = .null } == ContractError(pointer: "/text", kind: .missing))
        #expect(failure { $0["inner"] = .null } == ContractError(pointer: "/inner", kind: .missing))
        #expect(failure { $0["text"] = 5 } == ContractError(pointer: "/text", kind: .wrongType(expected: .string, found: .number)))
        #expect(failure { $0["flag"] = "true" } == ContractError(pointer: "/flag", kind: .wrongType(expected: .boolean, found: .string)))
        #expect(failure { $0["inner"] = ["n": 128] } == ContractError(pointer: "/inner/n", kind: .outOfRange(least: "-128", greatest: "127")))
        #expect(failure { $0["inner"] = ["n": .number("1.5")] } == ContractError(pointer: "/inner/n", kind: .wrongType(expected: .integer, found: .number)))
        // Integers, as JSON Schema has it, however they are written; and one that no field of ours can hold.
        for whole in ["1.0", "1e2", "120e-1", "-0.0"] { #expect(failure { $0["inner"] = ["n": .number(whole)] } == nil, "\(whole)") }
        for whole in ["1e30", "9223372036854775808.0"] { #expect(failure { $0["inner"] = ["n": .number(whole)] }?.rule == "number-range", "\(whole)") }
        for other in ["1e-1", "1e999", "1.00000000000000000000000000000000000000001"] {
            #expect(failure { $0["inner"] = ["n": .number(other)] }?.rule == "field-type", "\(other)")
        }
        #expect(failure { $0["inner"] = ["n": 1, "list": [1, "2"]] } == ContractError(pointer: "/inner/list/1", kind: .wrongType(expected: .integer, found: .string)))
        #expect(failure { $0["colour"] = "blue" } == ContractError(pointer: "/colour", kind: .notOneOf(["red", "green"])))
        #expect(failure { $0["real"] = .number("1e999") }?.rule == "number-finite")
        #expect(failure { $0["id"] = "1234" }?.rule == "uuid-shape")
        #expect(failure { $0["at"] = "2015-13-01T06:00:00Z" }?.rule == "timestamp-shape")
        #expect(failure { $0["amounts"] = ["a": .number("1.00000000000000000000000000000000000000001")] }?.rule == "decimal-range")
        #expect(failure { $0["inner"] = [1] }?.text.ru == "ожидалось: объект, получено: массив")
    }

    @Test func namesTheFailedCheckOfAnIdentifier() {
        struct Form: Codable { var iin: IIN }
        #expect {
            try JSON.decode(Form.self, from: ["iin": "850315300018"])
        } throws: {
            guard let error = $0 as? ContractError else { return false }
            return error.pointer == "/iin" && error.rule == "iin-check-digit" && error.text.kk.hasPrefix("ЖСН")
        }
    }

    @Test func carriesAnyJSONWhole() throws {
        struct Envelope: Codable { var payload: JSONValue }
        let tree: JSONValue = ["payload": ["n": .number("1.50"), "x": [nil]]]
        let envelope = try JSON.decode(Envelope.self, from: tree)
        #expect(envelope.payload["n"] == .number("1.50"))
        #expect(try JSON.tree(envelope) == tree)
    }

    @Test func readsEnumsWithPayloads() throws {
        enum Shape: Codable, Equatable { case circle(radius: Int), point }
        #expect(try JSON.decode(Shape.self, from: ["circle": ["radius": 2]]) == .circle(radius: 2))
        #expect(throws: ContractError(pointer: "/circle/colour", kind: .unknown)) {
            try JSON.decode(Shape.self, from: ["circle": ["radius": 2, "colour": 1]])
        }
        #expect(try JSON.tree(Shape.point) == ["point": [:]])
    }

    @Test func refusesWhatJSONCannotCarry() {
        #expect(throws: (any Error).self) { try JSON.encode(Double.nan) }
        #expect(throws: (any Error).self) { try JSON.encode([Date.now]) }
    }
}

@Suite struct WritingTests {
    @Test func `every text comes back as it was, by either way of writing`() throws {
        for scalar in (1...0x2ff).compactMap(Unicode.Scalar.init) {
            let text = "a\(scalar)\"\\b"
            #expect(try JSON.parse(JSON.encode([text])) == [.string(text)])
            #expect(try JSON.parse(JSON.write([.string(text)])) == [.string(text)])
            #expect(try JSON.parse(JSON.write([(name: "n\(text)", value: text)])) == .object(JSONObject([.init(name: "n\(text)", value: .string(text))])))
        }
        #expect(JSON.write([(name: String, value: String)]()) == Array("{}".utf8))
    }

    @Test func `what is written once stands among what is written each time`() throws {
        let date = try #require(LocalDate("2015-12-24"))
        let steps = [Licences.Deadline.Step(date: date, text: LocalizedText(kk: "а", ru: "б", en: "c"), citation: "art. 30")]
        let deadline = Licences.Deadline(date: date, at: date.start(offset: 6), silenceGrants: true, steps: steps)
        let other = Licences.Deadline(date: date, at: date.start(offset: 5), silenceGrants: false, steps: [])
        let first = try JSON.encode(["a": [deadline, other, deadline]])
        #expect(try JSON.encode(["a": [deadline, other, deadline]]) == first)
        #expect(try JSON.decode([String: [Licences.Deadline]].self, from: first) == ["a": [deadline, other, deadline]])
        #expect(String(decoding: try JSON.encode(other), as: UTF8.self) == #"{"date":"2015-12-24","at":"2015-12-23T19:00:00Z","silenceGrants":false,"steps":[]}"#)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (1, "1970-01-01T00:00:00.000001Z"), (1_500_000, "1970-01-01T00:00:01.5Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        (86_399_010_200, "1970-01-01T23:59:59.0102Z"),
    ] as [(Int64, String)])
    func `moments as RFC 3339 has them`(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(rfc3339: text)?.microseconds == microseconds)
    }
}
