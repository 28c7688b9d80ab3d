import EventLoop
import HTTP
import Testing

/// More connections, and more bytes of bodies, than there is room for.
@Suite struct CrowdTests {
    private static func head(_ start: String, _ fields: String...) -> String {
        ([start, "Host: test"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test func `for a newcomer the connection is closed that has kept the server waiting longest`() async throws {
        try await TestServer.with(HostileTests.router) { ($0.maxConnections, $0.headTimeout) = (8, .seconds(600)) } _: { server in
            let first = try (0..<8).map { _ in try RawClient(port: server.port) }
            for client in first {
                client.send(Self.head("GET / HTTP/1.1"))
                client.read(until: "here")
            }
            let newcomers = try (0..<4).map { _ in try RawClient(port: server.port) }
            for client in newcomers {
                client.send(Self.head("GET / HTTP/1.1"))
                #expect(client.read(until: "here").contains("200 OK"))
            }
            for client in first.prefix(4) { try #require(client.isClosedByPeer) }
            for client in first.suffix(4) {
                client.send(Self.head("GET / HTTP/1.1"))
                #expect(client.read(until: "here", times: 2).hasSuffix("here"))
            }
        }
    }

    @Test func `who sends half a head makes room too`() async throws {
        try await TestServer.with(HostileTests.router) { ($0.maxConnections, $0.headTimeout) = (8, .seconds(600)) } _: { server in
            let slow = try (0..<8).map { _ in try RawClient(port: server.port) }
            for client in slow { client.send("GET / HTTP/1.1\r\nHost: te") }
            for _ in 0..<3 {
                let newcomer = try RawClient(port: server.port)
                newcomer.send(Self.head("GET / HTTP/1.1"))
                #expect(newcomer.read(until: "here").contains("200 OK"))
            }
        }
    }

    @Test func `while every connection is at work a newcomer is closed at once`() async throws {
        let open = try await Loop.run { Promise<Void>() }
        var router = HostileTests.router
        router.add("GET", "/waits") { _, _ in
            try await open.value()
            return .text("at last")
        }
        try await TestServer.with(router) { ($0.maxConnections, $0.headTimeout) = (4, .seconds(600)) } _: { server in
            let workers = try (0..<4).map { _ in try RawClient(port: server.port) }
            for client in workers { client.send(Self.head("GET /waits HTTP/1.1", "Connection: close")) }
            try await eventually("four are at work") { server.server.activeRequests == 4 }
            for _ in 0..<100 { try #require(try RawClient(port: server.port).isClosedByPeer) }
            try await Loop.run { open.succeed(()) }
            for client in workers { #expect(client.readToEnd().hasSuffix("at last")) }
            let after = try await server.get("/")
            #expect(after.text == "here")
        }
    }

    @Test func `bodies that are kept have one limit together, and the slow make room for the quick`() async throws {
        try await TestServer.with(HostileTests.router) { $0.maxBodyBytes = 300_000 } _: { server in
            let slow = try (0..<4).map { _ in try RawClient(port: server.port) }
            for client in slow {
                client.send(Self.head("POST /middle HTTP/1.1", "Content-Type: application/json", "Content-Length: 100000"))
                client.send([UInt8](repeating: 120, count: 90_000))
            }
            // The last found no room: another made it.
            try await eventually("one is closed") { server.server.openConnections <= 3 }
            for _ in 0..<5 {
                let answer = try await server.post("/middle", String(repeating: "x", count: 150_000))
                #expect(answer.status == 200)
            }
            // A body larger than all the room there is.
            let large = try await server.post("/middle", String(repeating: "x", count: 200_000))
            #expect(large.status == 200)
        }
    }

    @Test func `a body for which there is no room at all is answered with 503`() async throws {
        try await TestServer.with(HostileTests.router) { $0.maxBodyBytes = 1000 } _: { server in
            let answer = try await server.post("/middle", String(repeating: "x", count: 5000))
            #expect(answer.status == 503)
            #expect(answer.headers["Retry-After"] == "1")
            let small = try await server.post("/middle", String(repeating: "x", count: 900))
            #expect(small.status == 200)
        }
    }
}
