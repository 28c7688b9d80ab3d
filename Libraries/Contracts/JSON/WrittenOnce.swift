import Synchronization

/// The JSON of a value that does not change, kept from the first time it is written. Copies of the value share it.
///
/// A field of a type whose other fields are constants, which leaves it out of its `CodingKeys` and encodes through it. It is
/// no part of what the value says: any two are equal.
public final class WrittenOnce: Sendable, Hashable {
    private let json = Mutex<[UInt8]?>(nil)

    public init() {}

    /// Writes what was written before, or what `body` writes now.
    public func encode(to encoder: any Encoder, _ body: (any Encoder) throws -> Void) throws {
        guard let encoder = encoder as? JSONByteEncoder else { return try body(encoder) }
        if let known = json.withLock({ $0 }) { return encoder.json.written(known) }
        let new = try JSONByteEncoder.bytes(body)
        json.withLock { $0 = new }
        encoder.json.written(new)
    }

    public static func == (a: WrittenOnce, b: WrittenOnce) -> Bool { true }
    public func hash(into hasher: inout Hasher) {}
}
