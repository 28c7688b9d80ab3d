import FoundationEssentials

/// Makes a tree of a value by `Encodable`. Ids are written in lower case, numbers exactly, and nothing as a Foundation `Date`.
final class TreeEncoder: Encoder {
    /// A value that is still being put together.
    enum Node {
        case none
        case value(JSONValue)
        case array([TreeEncoder])
        case object([(name: String, encoder: TreeEncoder)])
    }

    let codingPath: [any CodingKey]
    private var node = Node.none

    init(_ codingPath: [any CodingKey]) { self.codingPath = codingPath }

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    static func encode(_ value: some Encodable) throws -> JSONValue {
        let encoder = TreeEncoder([])
        try encoder.encode(value)
        return encoder.tree
    }

    /// What was encoded; a type that encodes nothing is an object without members.
    var tree: JSONValue {
        switch node {
        case .none: .object(JSONObject())
        case .value(let value): value
        case .array(let items): .array(items.map(\.tree))
        case .object(let members):
            .object(JSONObject(members.map { JSONObject.Member(name: $0.name, value: $0.encoder.tree) }))
        }
    }

    func put(_ value: JSONValue) { node = .value(value) }

    func encode<T: Encodable>(_ value: T) throws {
        // Types are compared before a cast, which is slow, is tried.
        if T.self == UUID.self, let id = value as? UUID {
            put(.string(id.text))
        } else if T.self == Decimal.self, let number = value as? Decimal {
            guard number.isFinite else { throw invalid(value, "a number without a value") }
            put(.number(number.description))
        } else if T.self == Date.self {
            throw invalid(value, "a Date; contracts use Timestamp")
        } else {
            try value.encode(to: self)
        }
    }

    func real<F: BinaryFloatingPoint & CustomStringConvertible>(_ number: F) throws {
        guard number.isFinite else { throw invalid(number, "a number that is not finite") }
        put(.number(number.description))
    }

    private func invalid(_ value: Any, _ what: String) -> EncodingError {
        EncodingError.invalidValue(value, EncodingError.Context(codingPath: codingPath, debugDescription: "JSON cannot carry \(what)"))
    }

    /// The encoder of a member; written again, it replaces what was there.
    func member(_ key: any CodingKey) -> TreeEncoder {
        let child = TreeEncoder(codingPath + [key])
        var members: [(name: String, encoder: TreeEncoder)] = []
        if case .object(let present) = node { members = present }
        node = .none
        if let index = members.firstIndex(where: { $0.name == key.stringValue }) {
            members[index].encoder = child
        } else {
            members.append((key.stringValue, child))
        }
        node = .object(members)
        return child
    }

    var count: Int { if case .array(let items) = node { items.count } else { 0 } }

    func item() -> TreeEncoder {
        let child = TreeEncoder(codingPath + [NameKey(intValue: count)])
        var items: [TreeEncoder] = []
        if case .array(let present) = node { items = present }
        node = .none
        items.append(child)
        node = .array(items)
        return child
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .object = node {} else { node = .object([]) }
        return KeyedEncodingContainer(KeyedTreeWriter(encoder: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if case .array = node {} else { node = .array([]) }
        return UnkeyedTreeWriter(encoder: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleTreeWriter(encoder: self) }
}
