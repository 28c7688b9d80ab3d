import Contracts

/// The trace that work belongs to and its place in it, as W3C Trace Context (Level 1) carries it between services.
public struct TraceContext: Sendable, Hashable {
    /// The context of the running task; log lines carry its ids. Set it with `TraceContext.$current.withValue(…)`.
    @TaskLocal public static var current: TraceContext?

    /// The whole journey, the same in every service that it passes.
    public let traceID: TraceID
    /// This piece of work.
    public let spanID: SpanID
    /// Whether the caller recorded the trace.
    public let isSampled: Bool

    public init(traceID: TraceID, spanID: SpanID, isSampled: Bool = true) {
        self.traceID = traceID
        self.spanID = spanID
        self.isSampled = isSampled
    }

    /// The start of a new trace.
    public static func root() -> TraceContext { TraceContext(traceID: .random(), spanID: .next()) }

    /// A new piece of work in the same trace.
    public func child() -> TraceContext { TraceContext(traceID: traceID, spanID: .next(), isSampled: isSampled) }

    /// The context of what a `traceparent` came with: a part of that trace, or the start of one when there is none, or none that can be read.
    public static func received(_ traceparent: String?) -> TraceContext {
        traceparent.flatMap { TraceContext(traceparent: $0)?.child() } ?? .root()
    }

    /// Reads the header `traceparent`, strictly: `version-traceid-parentid-flags` in lower-case hexadecimal.
    ///
    /// Version 00 is exactly 55 characters; a later one may go on after a dash, and only what 00 knows is read of it.
    /// Version ff and ids of zeros alone are refused.
    public init?(traceparent: String) {
        let bytes = Array(traceparent.utf8.prefix(513))
        guard bytes.count >= 55, bytes.count <= 512,
            bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            let version = hex(bytes[0..<2]), version != 0xff,
            version == 0 ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash,
            let high = hex(bytes[3..<19]), let low = hex(bytes[19..<35]), let span = hex(bytes[36..<52]),
            let flags = hex(bytes[53..<55]),
            let traceID = TraceID(high: high, low: low), let spanID = SpanID(span)
        else { return nil }
        self.init(traceID: traceID, spanID: spanID, isSampled: flags & 1 == 1)
    }

    /// The header's value, in version 00.
    public var traceparent: String {
        String(unsafeUninitializedCapacity: 55) { text in
            text.initialize(repeating: dash)
            write("00", to: text, at: 0)
            write(traceID.high, to: text, at: 3)
            write(traceID.low, to: text, at: 19)
            write(spanID.number, to: text, at: 36)
            write(isSampled ? "01" : "00", to: text, at: 53)
            return 55
        }
    }
}

/// 128 bits, not all zero; printed as 32 lower-case hexadecimal digits.
public struct TraceID: Sendable, Hashable, CustomStringConvertible {
    let high, low: UInt64

    init?(high: UInt64, low: UInt64) {
        guard high | low != 0 else { return nil }
        self.high = high
        self.low = low
    }

    public static func random() -> TraceID {
        while true {
            if let id = TraceID(high: UniqueBits.next(), low: UniqueBits.next()) { return id }
        }
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 32) { text in
            write(high, to: text, at: 0)
            write(low, to: text, at: 16)
            return 32
        }
    }
}

/// 64 bits, not all zero; printed as 16 lower-case hexadecimal digits.
public struct SpanID: Sendable, Hashable, CustomStringConvertible {
    let number: UInt64

    init?(_ number: UInt64) {
        guard number != 0 else { return nil }
        self.number = number
    }

    /// An id not given before by this process.
    public static func next() -> SpanID {
        while true {
            if let id = SpanID(UniqueBits.next()) { return id }
        }
    }

    public var description: String {
        String(unsafeUninitializedCapacity: 16) { text in
            write(number, to: text, at: 0)
            return 16
        }
    }
}

private let dash = UInt8(ascii: "-")

private func hex(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var number: UInt64 = 0
    for digit in digits {
        switch digit {
        case 0x30...0x39: number = number << 4 | UInt64(digit - 0x30)
        case 0x61...0x66: number = number << 4 | UInt64(digit - 0x57)
        default: return nil
        }
    }
    return number
}

/// Sixteen lower-case hexadecimal digits.
private func write(_ number: UInt64, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    for place in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 15
        text[start + place] = digit < 10 ? 0x30 + digit : 0x57 + digit
    }
}

private func write(_ literal: StaticString, to text: UnsafeMutableBufferPointer<UInt8>, at start: Int) {
    for place in 0..<literal.utf8CodeUnitCount { text[start + place] = literal.utf8Start[place] }
}
