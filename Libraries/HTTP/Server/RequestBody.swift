import EventLoop

/// The body of a request: complete already, or arriving while the handler reads it.
public struct RequestBody: Sendable, AsyncSequence {
    fileprivate enum Source: Sendable {
        case bytes([UInt8])
        case pipe(BodyPipe)
    }

    private let source: Source

    public static let none = RequestBody([])

    public init(_ bytes: [UInt8]) { source = .bytes(bytes) }
    init(_ pipe: BodyPipe) { source = .pipe(pipe) }

    /// The whole body.
    ///
    /// - Throws: ``BodyTooLarge`` when it has more than `limit` bytes, ``BodyBrokenOff`` when the client left.
    @Loop public func collect(limit: Int = .max) async throws -> [UInt8] {
        switch source {
        case .bytes(let bytes):
            guard bytes.count <= limit else { throw BodyTooLarge(limit: limit) }
            return bytes
        case .pipe(let pipe):
            var bytes: [UInt8] = []
            while let chunk = try await pipe.next() {
                guard bytes.count + chunk.count <= limit else { throw BodyTooLarge(limit: limit) }
                bytes += chunk
            }
            return bytes
        }
    }

    public func makeAsyncIterator() -> Chunks { Chunks(source) }

    /// The chunks as they arrive. While the handler does not ask for more, the client cannot send more.
    public struct Chunks: AsyncIteratorProtocol {
        private var source: Source?

        fileprivate init(_ source: Source) { self.source = source }

        public mutating func next() async throws -> [UInt8]? {
            switch source {
            case .bytes(let bytes)?:
                source = nil
                return bytes.isEmpty ? nil : bytes
            case .pipe(let pipe)?: return try await pipe.next()
            case nil: return nil
            }
        }
    }
}

/// The body has more bytes than the route or the reader takes; answered with 413.
public struct BodyTooLarge: Error {
    public let limit: Int
}

/// The client left, or took too long, before the body was complete.
public struct BodyBrokenOff: Error {}

/// Chunks on their way from the connection to one reader.
@Loop final class BodyPipe {
    static let capacity = 64 * 1024

    private var chunks: [[UInt8]] = []
    private var size = 0
    private var ending: Result<Void, any Error>?
    private var waiting: Promise<Void>?
    /// Called when a full pipe has room again.
    var onRoom: (@Loop () -> Void)?

    nonisolated init() {}

    var isEnded: Bool { ending != nil }
    var isFull: Bool { size >= Self.capacity }

    func put(_ chunk: [UInt8]) {
        guard ending == nil else { return }
        chunks.append(chunk)
        size += chunk.count
        wakeReader()
    }

    func end(_ result: Result<Void, any Error>) {
        guard ending == nil else { return }
        ending = result
        wakeReader()
    }

    func next() async throws -> [UInt8]? {
        while chunks.isEmpty {
            if let ending {
                try ending.get()
                return nil
            }
            let more = Promise<Void>()
            waiting = more
            try await more.value()
        }
        let wasFull = isFull
        let chunk = chunks.removeFirst()
        size -= chunk.count
        if wasFull, !isFull { onRoom?() }
        return chunk
    }

    private func wakeReader() {
        waiting?.succeed(())
        waiting = nil
    }
}
