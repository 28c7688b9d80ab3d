import Contracts
import Foundation
import Testing

/// A contract only grows. Each operation, event and inquiry was recorded in `Golden/` when it was published; a test fails when
/// something recorded goes away or changes its meaning, and passes when something is added.
///
/// `UPDATE_GOLDEN=1 swift test --filter GoldenTests` records what is new, after the comparison with what was there.
@Suite(.serialized) struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    /// What is published now, by the name of its file.
    private static var published: [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for service in Catalogue.services {
            for operation in service.operations {
                all["\(service.name)/\(operation.name).v\(operation.version).json"] = [
                    "service": .string(operation.service.rawValue), "method": .string(operation.method.rawValue), "path": .string(operation.path),
                    "status": .number(String(operation.successStatus)), "ifMatch": .bool(operation.needsVersion),
                    "contours": .array(operation.contours.map(\.rawValue).sorted().map { .string($0) }),
                    "callers": .array(operation.callers.map(\.text).sorted().map { .string($0) }),
                    "input": operation.input.value, "output": operation.output.value,
                ]
            }
            for event in service.publishes {
                all["\(service.name)/events/\(event.type).json"] = ["topic": .string(event.topic.name(prefix: "egov")), "output": event.schema.value]
            }
            for inquiry in service.inquiries {
                all["\(service.name)/inquiries/\(inquiry.inquiryType).json"] = [
                    "topic": .string(inquiry.topic.name(prefix: "egov")), "answer": .string(inquiry.answerType),
                    "input": inquiry.request.value, "output": inquiry.extract.value,
                ]
            }
        }
        return all
    }

    private static func recorded() throws -> [String: JSONValue] {
        var all: [String: JSONValue] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path) where path.hasSuffix(".json") {
            all[path] = try JSON.parse(Data(contentsOf: folder.appending(path: path)))
        }
        return all
    }

    @Test func nothingPublishedHasChangedItsMeaning() throws {
        let published = Self.published
        for (path, old) in try Self.recorded() {
            guard let new = published[path] else {
                Issue.record("\(path) is published no more")
                continue
            }
            let breaks = Compatibility.breaks(old, new)
            #expect(breaks.isEmpty, "\(path): \(breaks.joined(separator: "; "))")
            if breaks.isEmpty, old != new { try Self.record(new, path) }
        }
    }

    @Test func everythingPublishedIsRecorded() throws {
        let recorded = try Self.recorded()
        for (path, value) in Self.published where recorded[path] == nil {
            if try !Self.record(value, path) { Issue.record("\(path) is new: record it with UPDATE_GOLDEN=1") }
        }
    }

    @discardableResult private static func record(_ value: JSONValue, _ path: String) throws -> Bool {
        guard ProcessInfo.processInfo.environment["UPDATE_GOLDEN"] == "1" else { return false }
        let file = folder.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(JSON.write(value, pretty: true) + [0x0A]).write(to: file)
        return true
    }
}

/// Whether what was agreed before still holds.
enum Compatibility {
    /// The breaks between what was recorded and what is published.
    static func breaks(_ old: JSONValue, _ new: JSONValue) -> [String] {
        var breaks: [String] = []
        for member in old.object?.members ?? [] {
            switch member.name {
            case "input", "output":
                breaks += schema(member.value, new[member.name] ?? .null, at: member.name, isInput: member.name == "input")
            case "contours", "callers":
                let now = Set(new[member.name]?.array ?? [])
                for word in member.value.array ?? [] where !now.contains(word) { breaks.append("\(member.name) lost \(word)") }
            default:
                if new[member.name] != member.value { breaks.append("\(member.name) was \(member.value)") }
            }
        }
        return breaks
    }

    /// Input may ask for less and allow more; output may promise more and never less.
    private static func schema(_ old: JSONValue, _ new: JSONValue, at place: String, isInput: Bool) -> [String] {
        var breaks: [String] = []
        for word in ["type", "format", "pattern", "const", "minimum", "maximum", "minLength", "maxLength"] where old[word] != new[word] {
            breaks.append("\(place): \(word) was \(old[word].map(text) ?? "free")")
        }
        if let before = old["enum"]?.array.map(Set.init) {
            let now = Set(new["enum"]?.array ?? [])
            for word in before.subtracting(now) { breaks.append("\(place): \(text(word)) is no word of it any more") }
        } else if new["enum"] != nil {
            breaks.append("\(place): only some words are allowed now")
        }
        for member in old["properties"]?.object?.members ?? [] {
            guard let now = new["properties"]?[member.name] else {
                breaks.append("\(place)/\(member.name) went away")
                continue
            }
            breaks += schema(member.value, now, at: "\(place)/\(member.name)", isInput: isInput)
        }
        let before = Set(old["required"]?.array ?? [])
        let now = Set(new["required"]?.array ?? [])
        if isInput {
            for name in now.subtracting(before) { breaks.append("\(place): \(text(name)) became required") }
        } else {
            for name in before.subtracting(now) { breaks.append("\(place): \(text(name)) is no longer promised") }
        }
        for word in ["items", "additionalProperties"] where old[word]?.object != nil {
            breaks += schema(old[word] ?? .null, new[word] ?? .null, at: "\(place)/\(word)", isInput: isInput)
        }
        if let variants = old["anyOf"]?.array {
            for (index, variant) in variants.enumerated() {
                breaks += schema(variant, new["anyOf"]?.array?.dropFirst(index).first ?? .null, at: "\(place)/anyOf/\(index)", isInput: isInput)
            }
        }
        return breaks
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: JSON.write(value), as: UTF8.self) }
}

@Suite struct CompatibilityTests {
    private let old: JSONValue = [
        "path": "/v1/things", "callers": ["citizen"],
        "input": ["type": "object", "properties": ["a": ["type": "string"]], "required": ["a"]],
        "output": [
            "type": "object", "required": ["n"],
            "properties": ["n": ["type": "integer"], "list": ["type": "array", "items": ["type": "string", "enum": ["x", "y"]]]],
        ],
    ]

    private func changed(_ path: [String], _ value: JSONValue?) -> JSONValue {
        func set(_ tree: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
            guard let name = path.first, case .object(var object) = tree else { return tree }
            object[name] = path.count == 1 ? value : set(object[name] ?? [:], path.dropFirst())
            return .object(object)
        }
        return set(old, path[...])
    }

    @Test func additionsPass() {
        #expect(Compatibility.breaks(old, old).isEmpty)
        #expect(Compatibility.breaks(old, changed(["callers"], ["citizen", "official"])).isEmpty)
        #expect(Compatibility.breaks(old, changed(["input", "properties", "b"], ["type": "string"])).isEmpty)
        #expect(Compatibility.breaks(old, changed(["input", "required"], nil)).isEmpty)
        #expect(Compatibility.breaks(old, changed(["output", "required"], ["n", "list"])).isEmpty)
        #expect(Compatibility.breaks(old, changed(["output", "properties", "list", "items", "enum"], ["x", "y", "z"])).isEmpty)
        #expect(Compatibility.breaks(old, changed(["output", "properties", "n", "description"], "a number")).isEmpty)
    }

    @Test func changesOfMeaningFail() {
        #expect(!Compatibility.breaks(old, changed(["path"], "/v1/other")).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["callers"], ["official"])).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["input", "required"], ["a", "b"])).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["input", "properties", "a", "type"], "integer")).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["input", "properties", "a", "pattern"], "^x$")).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["output", "properties", "n"], nil)).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["output", "required"], [])).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["output", "properties", "list", "items", "enum"], ["x"])).isEmpty)
        #expect(!Compatibility.breaks(old, changed(["output"], nil)).isEmpty)
    }
}
