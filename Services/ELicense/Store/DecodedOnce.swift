import Contracts
import Synchronization

/// The value of a JSON text that many rows have in common, made the first time that it is met; the last ones are kept.
final class DecodedOnce<Value: Decodable & Sendable>: Sendable {
    private struct Memory {
        var values: [Key: Value] = [:]
        var order: [Key] = []
    }

    /// Bytes that are hashed as a whole: an array alone would be hashed byte by byte.
    private struct Key: Hashable {
        let bytes: [UInt8]

        func hash(into hasher: inout Hasher) {
            bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        }
    }

    private let most: Int
    private let memory = Mutex(Memory())

    /// - Parameter most: so many are kept; the oldest makes room.
    init(most: Int) { self.most = most }

    /// - Parameters:
    ///   - digest: tells the text from all others.
    ///   - json: asked for when the value is not known.
    func value(of digest: [UInt8], _ json: () throws -> String) throws -> Value {
        let key = Key(bytes: digest)
        if let known = memory.withLock({ $0.values[key] }) { return known }
        let value = try JSON.decode(Value.self, from: Array(try json().utf8))
        memory.withLock { memory in
            if memory.order.count == most { memory.values[memory.order.removeFirst()] = nil }
            if memory.values.updateValue(value, forKey: key) == nil { memory.order.append(key) }
        }
        return value
    }
}
