import Contracts
import Foundation
import Testing

@Suite struct OperationTests {
    private struct Form: Codable, Sendable, Hashable {
        var id: UUID
        var count: Int?
        var on: Bool?
        var tags: [String]?
        var version: Int?
    }

    private let get = Operation<Form, Empty>(
        "demo", "things.read", .get, "/v1/things/{id}/parts", contours: [.g2c], callers: [.citizen],
        summary: LocalizedText(kk: "к", ru: "р", en: "e"))
    private let put = Operation<Form, Empty>(
        "demo", "things.write", .put, "/v1/things/{id}", contours: [.g2c], callers: [.citizen], needsVersion: true,
        summary: LocalizedText(kk: "к", ru: "р", en: "e"))
    private let id = "01515e3c-7c00-7000-8000-000000000001"

    @Test func readsTextsOfPathAndQuery() throws {
        let form = try get.decodeInput(path: ["id": id], query: [("count", "7"), ("on", "true"), ("tags", "a"), ("tags", "b")], body: nil)
        #expect(form == Form(id: try #require(UUID(uuidString: id)), count: 7, on: true, tags: ["a", "b"], version: nil))
        #expect(try get.decodeInput(path: ["id": id], query: [("tags", "a")], body: nil).tags == ["a"])
    }

    @Test(arguments: [
        ([("count", "x")], "/count", "field-type"), ([("count", "99999999999999999999")], "/count", "number-range"),
        ([("count", "+1")], "/count", "field-type"), ([("on", "1")], "/on", "field-type"), ([("count", "1"), ("count", "2")], "/count", "field-type"),
        ([("other", "1")], "/other", "field-unknown"), ([("id", "1")], "/id", "field-unknown"),
    ])
    func refusesQueries(_ query: [(String, String)], _ pointer: String, _ rule: String) {
        #expect { try get.decodeInput(path: ["id": id], query: query, body: nil) } throws: {
            ($0 as? ContractError).map { $0.pointer == pointer && $0.rule == rule } ?? false
        }
    }

    @Test func bodiesAreNotReadAsTexts() throws {
        #expect(try put.decodeInput(path: ["id": id], query: [], body: ["count": 1], ifMatch: "\"3\"").version == 3)
        #expect(throws: ContractError(pointer: "/version", kind: .unknown)) {
            try put.decodeInput(path: ["id": id], query: [], body: ["version": 3])
        }
        #expect(throws: ContractError(pointer: "/count", kind: .wrongType(expected: .integer, found: .string))) {
            try put.decodeInput(path: ["id": id], query: [], body: ["count": "1"])
        }
        #expect(throws: ContractError(pointer: "/count", kind: .isNull)) { try put.decodeInput(path: ["id": id], query: [], body: ["count": .null]) }
        #expect(throws: ContractError(pointer: "/other/1/a~1b", kind: .isNull)) {
            try put.decodeInput(path: ["id": id], query: [], body: ["other": [1, ["a/b": .null]]])
        }
        #expect(throws: ContractError(pointer: "/id", kind: .unknown)) { try put.decodeInput(path: ["id": id], query: [], body: ["id": .string(id)]) }
        #expect(throws: ContractError(pointer: "/on", kind: .unknown)) { try put.decodeInput(path: ["id": id], query: [("on", "true")], body: [:]) }
        #expect(throws: ContractError(pointer: "", kind: .wrongType(expected: .object, found: .array))) {
            try put.decodeInput(path: ["id": id], query: [], body: [])
        }
    }

    @Test func clientsBuildWhatServersRead() throws {
        let form = Form(id: try #require(UUID(uuidString: id)), count: 7, on: false, tags: ["a b", "ә&="], version: 3)
        let read = try get.request(for: Form(id: form.id, count: 7, on: false, tags: form.tags))
        #expect(read.target == "/v1/things/\(id)/parts?count=7&on=false&tags=a%20b&tags=%D3%99%26%3D" && read.body == nil)
        let write = try put.request(for: form)
        #expect(write.target == "/v1/things/\(id)" && write.ifMatch == "\"3\"")
        #expect(String(decoding: try #require(write.body), as: UTF8.self) == #"{"count":7,"on":false,"tags":["a b","ә&="]}"#)
        #expect(try put.decodeInput(path: ["id": id], query: [], body: JSON.parse(try #require(write.body)), ifMatch: write.ifMatch) == form)
    }

    @Test func problemsSpeakTheCallersLanguage() throws {
        let refusal = Refusal(rule: "decided-already", text: LocalizedText(kk: "Шешім қабылданған", ru: "Уже решено", en: "Decided already"), citation: "202-V")
        let problem = Problem(refusal, .ru)
        #expect(problem.status == 409 && problem.detail == "Уже решено" && problem.rule == "decided-already" && problem.type == "urn:egov:problem:refused")
        let unfit = Problem(ContractError(pointer: "/iin", kind: .missing), .kk)
        #expect(unfit.status == 422 && unfit.errors == [Problem.FieldError(pointer: "/iin", detail: "міндетті өріс берілмеген", rule: "field-missing")])
        #expect { try JSON.parse(Array("{".utf8)) } throws: { ($0 as? JSONError).map { Problem($0, .en).status } == 400 }
        #expect(try JSON.decode(Problem.self, from: JSON.tree(problem)) == problem)
        for kind in ProblemKind.allCases { #expect(Set(Language.allCases.map { kind.title[$0] }).count == 3) }
    }
}
