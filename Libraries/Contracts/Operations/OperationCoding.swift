extension Operation {
    /// Makes the input of a request's parts, in one decoding.
    ///
    /// Texts from path and query stand for numbers and booleans where the contract wants them; a query name given
    /// several times is an array. A name given in two of the parts is refused, and so is a query where the body speaks.
    /// - Parameter ifMatch: the header of that name, for operations that need a version: `"7"` or `7`.
    public func decodeInput(
        path: [String: String], query: [(String, String)], body: JSONValue?, ifMatch: String? = nil
    ) throws(ContractError) -> Input {
        var members = JSONObject()
        switch body {
        case .object(let object)?:
            // No schema of an input admits null; what has no value is left out.
            if let pointer = Self.pointerToNull(.object(object)) { throw ContractError(pointer: pointer, kind: .isNull) }
            members = object
        case nil: break
        case let other?: throw ContractError(pointer: "", kind: .wrongType(expected: .object, found: JSONKind(other)))
        }
        if needsVersion, members["version"] != nil { throw ContractError(pointer: "/version", kind: .unknown) }
        var textNames: Set<String> = []
        func add(_ name: String, _ value: JSONValue) throws(ContractError) {
            guard members[name] == nil else { throw ContractError(pointer: Place.key(.root, name).pointer, kind: .unknown) }
            members[name] = value
            textNames.insert(name)
        }
        var repeated: [String: [JSONValue]] = [:]
        for (name, value) in query { repeated[name, default: []].append(.string(value)) }
        for (name, values) in repeated.sorted(by: { $0.key < $1.key }) {
            guard !takesBody else { throw ContractError(pointer: Place.key(.root, name).pointer, kind: .unknown) }
            try add(name, values.count == 1 ? values[0] : .array(values))
        }
        for (name, value) in path.sorted(by: { $0.key < $1.key }) { try add(name, .string(value)) }
        if needsVersion, let ifMatch { try add("version", .string(ETag.version(ifMatch))) }
        return try TreeDecoder.decode(Input.self, from: .object(members), textNames: textNames)
    }

    private static func pointerToNull(_ value: JSONValue) -> String? {
        switch value {
        case .null: return ""
        case .object(let object):
            for member in object.members {
                if let rest = pointerToNull(member.value) { return Place.key(.root, member.name).pointer + rest }
            }
        case .array(let items):
            for (index, item) in items.enumerated() { if let rest = pointerToNull(item) { return "/\(index)" + rest } }
        case .bool, .number, .string: break
        }
        return nil
    }

    /// The request that a client sends for an input: the reverse of `decodeInput`.
    public func request(for input: Input) throws -> OperationRequest {
        guard case .object(var members) = try JSON.tree(input) else {
            throw ContractError(pointer: "", kind: .wrongType(expected: .object, found: .null))
        }
        var target = path
        for name in pathParameters {
            guard let value = members[name].flatMap(OperationRequest.text) else {
                throw ContractError(pointer: Place.key(.root, name).pointer, kind: .missing)
            }
            target = target.replacing("{\(name)}", with: PercentEncoding.encode(value))
            members[name] = nil
        }
        var ifMatch: String?
        if needsVersion, let version = members["version"].flatMap(OperationRequest.text) {
            ifMatch = "\"\(version)\""
            members["version"] = nil
        }
        guard !takesBody else {
            return OperationRequest(method: method, target: target, body: JSON.write(.object(members), sorted: true), ifMatch: ifMatch)
        }
        var pairs: [String] = []
        for member in members.members where member.value != .null {
            for value in member.value.array ?? [member.value] {
                guard let text = OperationRequest.text(value) else {
                    throw ContractError(
                        pointer: Place.key(.root, member.name).pointer, kind: .wrongType(expected: .string, found: JSONKind(value)))
                }
                pairs.append("\(PercentEncoding.encode(member.name))=\(PercentEncoding.encode(text))")
            }
        }
        if !pairs.isEmpty { target += "?" + pairs.joined(separator: "&") }
        return OperationRequest(method: method, target: target, body: nil, ifMatch: ifMatch)
    }
}

/// What a client sends for an operation.
public struct OperationRequest: Sendable, Hashable {
    public let method: HTTPMethod
    /// Path and query, percent-encoded.
    public let target: String
    /// JSON; nil where there is none.
    public let body: [UInt8]?
    /// The `If-Match` header, in quotes.
    public let ifMatch: String?

    static func text(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text), .number(let text): text
        case .bool(let flag): flag ? "true" : "false"
        case .null, .array, .object: nil
        }
    }
}

/// The entity tag of a version: the number in quotes.
public enum ETag {
    public static func tag(_ version: Int) -> String { "\"\(version)\"" }

    /// The text between the quotes; what is no tag of ours stays as it is and fails as a number.
    static func version(_ tag: String) -> String {
        tag.count >= 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"") ? String(tag.dropFirst().dropLast()) : tag
    }
}

enum PercentEncoding {
    /// All but the unreserved characters of RFC 3986.
    static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
