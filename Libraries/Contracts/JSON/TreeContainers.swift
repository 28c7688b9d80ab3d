/// An object, read by its keys.
struct KeyedTree<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let decoder: TreeDecoder
    let state: KeyedState

    var codingPath: [any CodingKey] { state.place.codingPath }
    var allKeys: [Key] { state.object.members.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { state.find(key.stringValue) != nil }

    private func place(_ key: Key) -> Place { .key(state.place, key.stringValue) }

    private func member(_ key: Key) throws(ContractError) -> JSONValue {
        guard let value = state.find(key.stringValue) else { throw place(key).error(.missing) }
        return value
    }

    private func child(_ key: Key) throws(ContractError) -> TreeDecoder {
        TreeDecoder(try member(key), at: .key(state.place, key.stringValue), isText: decoder.isText(key.stringValue, in: state.place), unknown: decoder.unknown)
    }

    private func scalar(_ key: Key) throws(ContractError) -> Scalar {
        Scalar(value: try member(key), spot: .key(state.place, key.stringValue), isText: decoder.isText(key.stringValue, in: state.place))
    }

    /// Nearly every number is one: only of another it is said where it stands.
    private func integer<I: FixedWidthInteger>(_ type: I.Type, _ key: Key) throws(ContractError) -> I {
        if case .number(let digits)? = state.find(key.stringValue), let number = I(digits) { return number }
        return try scalar(key).integer(type)
    }

    func decodeNil(forKey key: Key) throws -> Bool { try member(key) == .null }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try scalar(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        if case .string(let text)? = state.find(key.stringValue) { return text }
        return try scalar(key).string()
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try scalar(key).real(type) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try scalar(key).real(type) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(type, key) }

    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try TreeDecoder.unbox(type, child(key)) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(KeyedTree<Nested>(decoder: decoder, state: try decoder.state(of: member(key), at: place(key))))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try UnkeyedTree(
            decoder: decoder, value: member(key), place: place(key), isText: decoder.isText(key.stringValue, in: state.place))
    }

    func superDecoder() throws -> any Decoder {
        TreeDecoder(state.find("super") ?? .null, at: .key(state.place, "super"), isText: false, unknown: decoder.unknown)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try child(key) }
}

/// An array, read from its first item to its last. A parameter given once is an array of one.
struct UnkeyedTree: UnkeyedDecodingContainer {
    private let decoder: TreeDecoder
    private let items: [JSONValue]
    private let place: Place
    private let isText: Bool
    private(set) var currentIndex = 0

    init(decoder: TreeDecoder, value: JSONValue, place: Place, isText: Bool) throws(ContractError) {
        self.decoder = decoder
        self.place = place
        self.isText = isText
        switch value {
        case .array(let items): self.items = items
        case .string where isText: items = [value]
        case .null: throw place.error(.missing)
        default: throw place.error(.wrongType(expected: .array, found: JSONKind(value)))
        }
    }

    var codingPath: [any CodingKey] { place.codingPath }
    var count: Int? { items.count }
    var isAtEnd: Bool { currentIndex >= items.count }

    private mutating func next() throws(ContractError) -> (JSONValue, Spot) {
        let here = Spot.index(place, currentIndex)
        guard !isAtEnd else { throw here.place.error(.missing) }
        defer { currentIndex += 1 }
        return (items[currentIndex], here)
    }

    private mutating func scalar() throws(ContractError) -> Scalar {
        let (value, here) = try next()
        return Scalar(value: value, spot: here, isText: isText)
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, items[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }

    mutating func decode(_ type: Bool.Type) throws -> Bool { try scalar().bool() }
    mutating func decode(_ type: String.Type) throws -> String { try scalar().string() }
    mutating func decode(_ type: Double.Type) throws -> Double { try scalar().real(type) }
    mutating func decode(_ type: Float.Type) throws -> Float { try scalar().real(type) }
    mutating func decode(_ type: Int.Type) throws -> Int { try scalar().integer(type) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try scalar().integer(type) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try scalar().integer(type) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try scalar().integer(type) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try scalar().integer(type) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try scalar().integer(type) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar().integer(type) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar().integer(type) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar().integer(type) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar().integer(type) }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        let (value, here) = try next()
        return try TreeDecoder.unbox(type, TreeDecoder(value, at: here, isText: isText, unknown: decoder.unknown))
    }

    mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
        let (value, here) = try next()
        return KeyedDecodingContainer(KeyedTree<Nested>(decoder: decoder, state: try decoder.state(of: value, at: here.place)))
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let (value, here) = try next()
        return try UnkeyedTree(decoder: decoder, value: value, place: here.place, isText: isText)
    }

    mutating func superDecoder() throws -> any Decoder {
        let (value, here) = try next()
        return TreeDecoder(value, at: here, isText: isText, unknown: decoder.unknown)
    }
}

/// A value that is read as one thing.
struct SingleTree: SingleValueDecodingContainer {
    let decoder: TreeDecoder

    var codingPath: [any CodingKey] { decoder.codingPath }

    private var scalar: Scalar { Scalar(value: decoder.value, spot: decoder.spot, isText: decoder.isText) }

    func decodeNil() -> Bool { decoder.value == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try scalar.bool() }
    func decode(_ type: String.Type) throws -> String { try scalar.string() }
    func decode(_ type: Double.Type) throws -> Double { try scalar.real(type) }
    func decode(_ type: Float.Type) throws -> Float { try scalar.real(type) }
    func decode(_ type: Int.Type) throws -> Int { try scalar.integer(type) }
    func decode(_ type: Int8.Type) throws -> Int8 { try scalar.integer(type) }
    func decode(_ type: Int16.Type) throws -> Int16 { try scalar.integer(type) }
    func decode(_ type: Int32.Type) throws -> Int32 { try scalar.integer(type) }
    func decode(_ type: Int64.Type) throws -> Int64 { try scalar.integer(type) }
    func decode(_ type: UInt.Type) throws -> UInt { try scalar.integer(type) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try scalar.integer(type) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try scalar.integer(type) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try scalar.integer(type) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try scalar.integer(type) }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try TreeDecoder.unbox(type, TreeDecoder(decoder.value, at: decoder.spot, isText: decoder.isText, unknown: decoder.unknown))
    }
}
