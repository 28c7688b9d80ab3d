import FoundationEssentials

/// Makes a value of a tree by `Decodable`, and afterwards refuses every member of every object that was not asked for.
final class TreeDecoder: Decoder {
    let value: JSONValue
    let spot: Spot
    /// Whether texts stand for numbers and booleans too, as they do in paths and queries.
    let isText: Bool
    private let textNames: Set<String>
    let unknown: UnknownKeys
    private var states: [KeyedState] = []
    private var wasAsked = false

    init(_ value: JSONValue, at spot: Spot, isText: Bool, unknown: UnknownKeys, textNames: Set<String> = []) {
        self.value = value
        self.unknown = unknown
        self.spot = spot
        self.isText = isText
        self.textNames = textNames
    }

    var place: Place { spot.place }
    var codingPath: [any CodingKey] { place.codingPath }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    /// - Parameter textNames: members of the root that came from a path or query.
    static func decode<T: Decodable>(
        _ type: T.Type, from tree: JSONValue, unknown: UnknownKeys = .refuse, textNames: Set<String> = []
    ) throws(ContractError) -> T {
        try unbox(type, TreeDecoder(tree, at: .root, isText: false, unknown: unknown, textNames: textNames))
    }

    static func unbox<T: Decodable>(_ type: T.Type, _ decoder: TreeDecoder) throws(ContractError) -> T {
        do {
            if type == UUID.self || type == Decimal.self, let leaf = try decoder.foundationLeaf(type) as? T { return leaf }
            let result = try T(from: decoder)
            try decoder.refuseUnknown()
            return result
        } catch let error as ContractError {
            throw error
        } catch let error as any ValueFault {
            throw decoder.place.error(.badValue(rule: error.rule, text: error.text))
        } catch DecodingError.keyNotFound(let key, _) {
            throw Place.key(decoder.place, key.stringValue).error(.missing)
        } catch {
            if let words = JSONSchema.words(of: type) { throw decoder.place.error(.notOneOf(words)) }
            throw decoder.place.error(.badValue(rule: "value-form", text: LocalizedText(
                kk: "мән үлгіге сай емес", ru: "значение не подходит по форме", en: "the value does not have the right form")))
        }
    }

    /// The whole value, for a field in which any JSON may stand.
    func takeWhole() -> JSONValue {
        wasAsked = true
        return value
    }

    func refuseUnknown() throws(ContractError) {
        if !wasAsked {
            guard case .object = value else { throw place.error(.wrongType(expected: .object, found: JSONKind(value))) }
            _ = try state(of: value, at: place)
        }
        for state in states where unknown == .refuse {
            if let name = state.firstUnasked { throw Place.key(state.place, name).error(.unknown) }
        }
    }

    private func foundationLeaf(_ type: Any.Type) throws(ContractError) -> Any {
        let scalar = Scalar(value: value, spot: spot, isText: isText)
        if type == UUID.self {
            guard let id = UUID(text: try scalar.string()) else { throw scalar.error(ValueError.uuid) }
            return id
        }
        return try scalar.decimal()
    }

    /// The state of one object that is read by its keys; asked for twice, it is the same.
    func state(of value: JSONValue, at place: Place) throws(ContractError) -> KeyedState {
        wasAsked = true
        guard case .object(let object) = value else {
            throw place.error(value == .null ? .missing : .wrongType(expected: .object, found: JSONKind(value)))
        }
        let state = KeyedState(object, at: place)
        states.append(state)
        return state
    }

    func isText(_ name: String, in place: Place) -> Bool { isText || (!textNames.isEmpty && place.isRoot && textNames.contains(name)) }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        if let first = states.first, first.place.isSame(as: place) {
            return KeyedDecodingContainer(KeyedTree(decoder: self, state: first))
        }
        return KeyedDecodingContainer(KeyedTree(decoder: self, state: try state(of: value, at: place)))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        wasAsked = true
        return try UnkeyedTree(decoder: self, value: value, place: place, isText: isText)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        wasAsked = true
        return SingleTree(decoder: self)
    }
}

/// What becomes of members of objects that the type does not know.
public enum UnknownKeys: Sendable, Hashable {
    /// What comes from outside must fit: an unknown name is a mistake that would otherwise be lost.
    case refuse
    /// A message or answer of a service may be newer than its reader, since contracts grow.
    case ignore
}

/// Where in a tree something stands.
indirect enum Place: Sendable {
    case root
    case key(Place, String)
    case index(Place, Int)

    var isRoot: Bool { if case .root = self { true } else { false } }

    /// RFC 6901.
    var pointer: String {
        switch self {
        case .root: ""
        case .key(let parent, let name):
            parent.pointer + "/" + String(name.flatMap { $0 == "~" ? "~0" : $0 == "/" ? "~1" : String($0) })
        case .index(let parent, let index): parent.pointer + "/\(index)"
        }
    }

    var codingPath: [any CodingKey] {
        switch self {
        case .root: []
        case .key(let parent, let name): parent.codingPath + [NameKey(stringValue: name)]
        case .index(let parent, let index): parent.codingPath + [NameKey(intValue: index)]
        }
    }

    func isSame(as other: Place) -> Bool { pointer == other.pointer }

    func error(_ kind: ContractError.Kind) -> ContractError { ContractError(pointer: pointer, kind: kind) }
}

/// A place that is made only when somebody asks: for nearly every value nobody does.
struct Spot: Sendable {
    private enum Step: Sendable {
        case none
        case key(String)
        case index(Int)
    }

    private let parent: Place
    private let step: Step

    static let root = Spot(parent: .root, step: .none)

    static func key(_ parent: Place, _ name: String) -> Spot { Spot(parent: parent, step: .key(name)) }
    static func index(_ parent: Place, _ index: Int) -> Spot { Spot(parent: parent, step: .index(index)) }

    var place: Place {
        switch step {
        case .none: parent
        case .key(let name): .key(parent, name)
        case .index(let index): .index(parent, index)
        }
    }
}

/// A key made of any name.
struct NameKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }
}

/// One object while it is read: which members were asked for.
final class KeyedState {
    let object: JSONObject
    let place: Place
    private var asked = Marks()
    private let index: [String: Int]?
    /// Types ask for the same member twice, or for the next.
    private var latest = 0

    init(_ object: JSONObject, at place: Place) {
        self.object = object
        self.place = place
        index =
            object.count <= 16
            ? nil : Dictionary(object.names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// The member so named; it counts as asked for.
    func find(_ name: String) -> JSONValue? {
        guard let position = index.map({ $0[name] }) ?? search(name) else { return nil }
        asked.insert(position)
        return object.members[position].value
    }

    private func search(_ name: String) -> Int? {
        let members = object.members
        for step in members.indices {
            let position = latest + step < members.count ? latest + step : latest + step - members.count
            if members[position].name == name {
                latest = position
                return position
            }
        }
        return nil
    }

    var firstUnasked: String? {
        guard asked.count < object.count else { return nil }
        return object.members.indices.first { !asked.contains($0) }.map { object.members[$0].name }
    }
}

/// Small numbers as bits, others in a set.
private struct Marks {
    private var small: UInt64 = 0
    private var others: Set<Int> = []

    var count: Int { small.nonzeroBitCount + others.count }

    func contains(_ number: Int) -> Bool { number < 64 ? small & 1 << UInt64(number) != 0 : others.contains(number) }

    mutating func insert(_ number: Int) {
        if number < 64 { small |= 1 << UInt64(number) } else { others.insert(number) }
    }
}
