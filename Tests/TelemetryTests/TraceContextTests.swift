import Testing

@testable import Telemetry

@Suite struct TraceContextTests {
    static let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func aHeaderComesBackAsItWas() throws {
        let context = try #require(TraceContext(traceparent: Self.header))
        #expect("\(context.traceID)" == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect("\(context.spanID)" == "00f067aa0ba902b7")
        #expect(context.isSampled)
        #expect(context.traceparent == Self.header)
        let unsampled = try #require(TraceContext(traceparent: Self.header.dropLast(2) + "00"))
        #expect(!unsampled.isSampled)
    }

    @Test func aLaterVersionIsReadAsFarAsOursGoes() throws {
        let later = "cc" + Self.header.dropFirst(2)
        #expect(try #require(TraceContext(traceparent: later)).traceparent == Self.header)
        #expect(try #require(TraceContext(traceparent: later + "-what-the-future-adds")).traceparent == Self.header)
        #expect(TraceContext(traceparent: later + ".what") == nil)
        #expect(TraceContext(traceparent: later + "-" + String(repeating: "a", count: 600)) == nil)
    }

    @Test(arguments: [
        "", "00", "garbage", header + "-", header + "-00", " " + header, String(header.dropLast()),
        "ff" + header.dropFirst(2), "0g" + header.dropFirst(2), header.uppercased(),
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0x",
        "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
    ])
    func aHeaderThatIsNotExactIsRefused(header: String) { #expect(TraceContext(traceparent: header) == nil) }

    @Test func aChildStaysInItsTrace() {
        let root = TraceContext.root()
        let child = root.child()
        #expect(child.traceID == root.traceID)
        #expect(child.spanID != root.spanID)
        #expect(TraceContext(traceparent: child.traceparent) == child)
        #expect(TraceContext.root().traceID != root.traceID)
    }

    @Test func spansAreNotGivenTwice() async {
        let ids = await withTaskGroup(of: [SpanID].self) { group in
            for _ in 0..<4 { group.addTask { (0..<5000).map { _ in SpanID.next() } } }
            return await group.reduce(into: Set<SpanID>()) { $0.formUnion($1) }
        }
        #expect(ids.count == 20_000)
    }
}
