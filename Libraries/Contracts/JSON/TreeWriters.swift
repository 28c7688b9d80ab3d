struct KeyedTreeWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil(forKey key: Key) throws { encoder.member(key).put(.null) }
    func encode(_ value: Bool, forKey key: Key) throws { encoder.member(key).put(.bool(value)) }
    func encode(_ value: String, forKey key: Key) throws { encoder.member(key).put(.string(value)) }
    func encode(_ value: Double, forKey key: Key) throws { try encoder.member(key).real(value) }
    func encode(_ value: Float, forKey key: Key) throws { try encoder.member(key).real(value) }
    func encode(_ value: Int, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: Int8, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: Int16, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: Int32, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: Int64, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: UInt, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: UInt8, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: UInt16, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: UInt32, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode(_ value: UInt64, forKey key: Key) throws { encoder.member(key).put(.number(String(value))) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder.member(key).encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
        encoder.member(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder.member(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.member(NameKey(stringValue: "super")) }
    func superEncoder(forKey key: Key) -> any Encoder { encoder.member(key) }
}

struct UnkeyedTreeWriter: UnkeyedEncodingContainer {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }
    var count: Int { encoder.count }

    func encodeNil() throws { encoder.item().put(.null) }
    func encode(_ value: Bool) throws { encoder.item().put(.bool(value)) }
    func encode(_ value: String) throws { encoder.item().put(.string(value)) }
    func encode(_ value: Double) throws { try encoder.item().real(value) }
    func encode(_ value: Float) throws { try encoder.item().real(value) }
    func encode(_ value: Int) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: Int8) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: Int16) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: Int32) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: Int64) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: UInt) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: UInt8) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: UInt16) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: UInt32) throws { encoder.item().put(.number(String(value))) }
    func encode(_ value: UInt64) throws { encoder.item().put(.number(String(value))) }
    func encode<T: Encodable>(_ value: T) throws { try encoder.item().encode(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        encoder.item().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder.item().unkeyedContainer() }
    func superEncoder() -> any Encoder { encoder.item() }
}

struct SingleTreeWriter: SingleValueEncodingContainer {
    let encoder: TreeEncoder

    var codingPath: [any CodingKey] { encoder.codingPath }

    func encodeNil() throws { encoder.put(.null) }
    func encode(_ value: Bool) throws { encoder.put(.bool(value)) }
    func encode(_ value: String) throws { encoder.put(.string(value)) }
    func encode(_ value: Double) throws { try encoder.real(value) }
    func encode(_ value: Float) throws { try encoder.real(value) }
    func encode(_ value: Int) throws { encoder.put(.number(String(value))) }
    func encode(_ value: Int8) throws { encoder.put(.number(String(value))) }
    func encode(_ value: Int16) throws { encoder.put(.number(String(value))) }
    func encode(_ value: Int32) throws { encoder.put(.number(String(value))) }
    func encode(_ value: Int64) throws { encoder.put(.number(String(value))) }
    func encode(_ value: UInt) throws { encoder.put(.number(String(value))) }
    func encode(_ value: UInt8) throws { encoder.put(.number(String(value))) }
    func encode(_ value: UInt16) throws { encoder.put(.number(String(value))) }
    func encode(_ value: UInt32) throws { encoder.put(.number(String(value))) }
    func encode(_ value: UInt64) throws { encoder.put(.number(String(value))) }
    func encode<T: Encodable>(_ value: T) throws { try encoder.encode(value) }
}
