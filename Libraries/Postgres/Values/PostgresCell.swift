/// One value as it lies in the server's answer; valid only during the call that hands it out.
public struct PostgresCell {
    /// The value's binary form; nil for NULL.
    public let bytes: UnsafeRawBufferPointer?
    public let type: PostgresType

    public init(bytes: UnsafeRawBufferPointer?, type: PostgresType) {
        self.bytes = bytes
        self.type = type
    }

    /// The bytes of a value that may not be NULL.
    public func content() throws(PostgresCellError) -> UnsafeRawBufferPointer {
        guard let bytes else { throw .null }
        return bytes
    }

    /// An integer that fills the whole value.
    public func integer<I: FixedWidthInteger>(_: I.Type = I.self) throws(PostgresCellError) -> I {
        let bytes = try content()
        guard bytes.count == MemoryLayout<I>.size else { throw .malformed }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }
}

/// Why a cell could not be read; ``Row`` adds where.
public enum PostgresCellError: Error, Sendable, Hashable {
    /// NULL where the Swift type has no room for it.
    case null
    /// The bytes are not what the type's binary form allows.
    case malformed
    /// The value exists in PostgreSQL, but not in the Swift type: an infinite date, a number out of range.
    case unrepresentable
}

/// Reads numbers and pieces from a value's binary form, never past its end.
struct CellReader {
    private var rest: UnsafeRawBufferPointer.SubSequence

    init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

    var count: Int { rest.count }

    mutating func integer<I: FixedWidthInteger>(_: I.Type = I.self) throws(PostgresCellError) -> I {
        let size = MemoryLayout<I>.size
        let piece = try bytes(size)
        return I(bigEndian: piece.loadUnaligned(as: I.self))
    }

    mutating func bytes(_ count: Int) throws(PostgresCellError) -> UnsafeRawBufferPointer {
        guard count >= 0, count <= rest.count else { throw .malformed }
        defer { rest = rest.dropFirst(count) }
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }

    /// A value behind its length of four bytes; nil for the length -1, which means NULL.
    mutating func counted() throws(PostgresCellError) -> UnsafeRawBufferPointer? {
        let length: Int32 = try integer()
        return length == -1 ? nil : try bytes(Int(length))
    }
}
