public import EventLoop

/// A body that is written while it is sent.
public struct ResponseStream: Sendable {
    let produce: @Loop @Sendable (BodyWriter) async throws -> Void

    /// `produce` runs once the head of the response is on its way; not for `HEAD`. An error that it throws breaks the
    /// connection off, which is all that HTTP has to tell of it; it is cancelled when the client leaves.
    public init(_ produce: @escaping @Loop @Sendable (BodyWriter) async throws -> Void) { self.produce = produce }

    /// The chunks of a sequence, one after the other.
    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        self.init { writer in
            for try await chunk in chunks { try await writer.write(chunk) }
        }
    }
}

/// Takes the bytes of a ``ResponseStream``.
@Loop public final class BodyWriter {
    static let capacity = 64 * 1024

    private var pending: [UInt8] = []
    private var start = 0
    private var room: Promise<Void>?
    private var isBroken = false
    private(set) var ending: Result<Void, any Error>?
    /// Called when there is something to send, or nothing more.
    var onProgress: (@Loop () -> Void)?
    private(set) var sent = 0

    nonisolated init() {}

    /// Hands bytes over; waits while the client is slow to take those before.
    ///
    /// - Throws: `CancellationError` once the client has left.
    public func write(_ bytes: [UInt8]) async throws {
        while pending.count - start >= Self.capacity, !isBroken {
            let room = Promise<Void>()
            self.room = room
            try await room.value()
        }
        guard !isBroken else { throw CancellationError() }
        guard !bytes.isEmpty else { return }
        pending += bytes
        onProgress?()
    }

    func end(_ result: Result<Void, any Error>) {
        guard ending == nil else { return }
        ending = result
        onProgress?()
    }

    /// The client has left: nobody takes bytes any more.
    func breakOff() {
        isBroken = true
        room?.succeed(())
        room = nil
    }

    /// Moves pending bytes into a buffer; 0 when there are none now.
    func take(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = Swift.min(buffer.count, pending.count - start)
        guard count > 0 else { return 0 }
        pending.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<(start + count)])) }
        start += count
        sent += count
        if start == pending.count {
            pending.removeAll(keepingCapacity: true)
            start = 0
        } else if start > Self.capacity {
            pending.removeFirst(start)
            start = 0
        }
        if pending.count - start < Self.capacity {
            room?.succeed(())
            room = nil
        }
        return count
    }
}
