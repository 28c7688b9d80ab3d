/// An object that is being written; its encoder is that of its members.
struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: JSONByteEncoder

    var codingPath: [any CodingKey] { [] }

    private func member(_ key: Key) -> JSONBytes {
        encoder.json.member(key.stringValue, at: encoder.depth)
        return encoder.json
    }

    func encodeNil(forKey key: Key) throws { member(key).null() }
    func encode(_ value: Bool, forKey key: Key) throws { member(key).bool(value) }
    func encode(_ value: String, forKey key: Key) throws { member(key).string(value) }
    func encode(_ value: Double, forKey key: Key) throws { try real(value, key) }
    func encode(_ value: Float, forKey key: Key) throws { try real(value, key) }
    func encode(_ value: Int, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: Int8, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: Int16, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: Int32, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: Int64, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: UInt, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: UInt8, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: UInt16, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: UInt32, forKey key: Key) throws { member(key).number(String(value)) }
    func encode(_ value: UInt64, forKey key: Key) throws { member(key).number(String(value)) }

    func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        _ = member(key)
        try encoder.encode(value)
    }

    private func real<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F, _ key: Key) throws {
        _ = member(key)
        try encoder.real(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        _ = member(key)
        return encoder.container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        _ = member(key)
        return encoder.unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        encoder.json.member("super", at: encoder.depth)
        return encoder
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        _ = member(key)
        return encoder
    }
}

/// An array that is being written; its encoder is that of its items.
struct UnkeyedWriter: UnkeyedEncodingContainer {
    let encoder: JSONByteEncoder

    var codingPath: [any CodingKey] { [] }
    var count: Int { encoder.json.count(at: encoder.depth) }

    private func item() -> JSONBytes {
        encoder.json.item(at: encoder.depth)
        return encoder.json
    }

    func encodeNil() throws { item().null() }
    func encode(_ value: Bool) throws { item().bool(value) }
    func encode(_ value: String) throws { item().string(value) }
    func encode(_ value: Double) throws { try real(value) }
    func encode(_ value: Float) throws { try real(value) }
    func encode(_ value: Int) throws { item().number(String(value)) }
    func encode(_ value: Int8) throws { item().number(String(value)) }
    func encode(_ value: Int16) throws { item().number(String(value)) }
    func encode(_ value: Int32) throws { item().number(String(value)) }
    func encode(_ value: Int64) throws { item().number(String(value)) }
    func encode(_ value: UInt) throws { item().number(String(value)) }
    func encode(_ value: UInt8) throws { item().number(String(value)) }
    func encode(_ value: UInt16) throws { item().number(String(value)) }
    func encode(_ value: UInt32) throws { item().number(String(value)) }
    func encode(_ value: UInt64) throws { item().number(String(value)) }

    func encode<T: Encodable>(_ value: T) throws {
        _ = item()
        try encoder.encode(value)
    }

    private func real<F: BinaryFloatingPoint & CustomStringConvertible>(_ value: F) throws {
        _ = item()
        try encoder.real(value)
    }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        _ = item()
        return encoder.container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        _ = item()
        return encoder.unkeyedContainer()
    }

    func superEncoder() -> any Encoder {
        _ = item()
        return encoder
    }
}

/// A value that is written as one thing.
struct SingleWriter: SingleValueEncodingContainer {
    let encoder: JSONByteEncoder

    var codingPath: [any CodingKey] { [] }
    private var json: JSONBytes { encoder.json }

    func encodeNil() throws { json.null() }
    func encode(_ value: Bool) throws { json.bool(value) }
    func encode(_ value: String) throws { json.string(value) }
    func encode(_ value: Double) throws { try encoder.real(value) }
    func encode(_ value: Float) throws { try encoder.real(value) }
    func encode(_ value: Int) throws { json.number(String(value)) }
    func encode(_ value: Int8) throws { json.number(String(value)) }
    func encode(_ value: Int16) throws { json.number(String(value)) }
    func encode(_ value: Int32) throws { json.number(String(value)) }
    func encode(_ value: Int64) throws { json.number(String(value)) }
    func encode(_ value: UInt) throws { json.number(String(value)) }
    func encode(_ value: UInt8) throws { json.number(String(value)) }
    func encode(_ value: UInt16) throws { json.number(String(value)) }
    func encode(_ value: UInt32) throws { json.number(String(value)) }
    func encode(_ value: UInt64) throws { json.number(String(value)) }
    func encode<T: Encodable>(_ value: T) throws { try encoder.encode(value) }
}
