import EventLoop
import HTTP
import Synchronization
import Testing

/// Clients that say the wrong thing, too much, too slowly, or leave.
@Suite struct HostileTests {
    static var router: Router {
        var router = Router()
        router.add("GET", "/", produces: []) { _, _ in .text("here") }
        router.add("POST", "/small", maxBody: 1000) { request, _ in .json(try await request.body.collect()) }
        router.add("POST", "/middle", maxBody: 200_000) { request, _ in .json(try await request.body.collect()) }
        return router
    }

    private func head(_ start: String, _ fields: String...) -> String {
        ([start, "Host: test"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test(arguments: ["GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\nHost: a\r\n\r\n", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\0\r\n\r\n"])
    func `a broken request line gets no answer of ours and no hold`(text: String) async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(text)
            client.halfClose()
            let answer = client.readToEnd()
            #expect(!client.timedOut)
            #expect(!answer.contains("200 OK"))
        }
    }

    @Test func `an HTTP 1 1 request without Host is refused`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send("GET / HTTP/1.1\r\n\r\n")
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `a head that does not fit is answered with 431`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("GET / HTTP/1.1", "X-Long: " + String(repeating: "x", count: 40_000)))
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 431 "))
        }
    }

    @Test func `a head that comes byte by byte ends at its deadline`() async throws {
        try await TestServer.with(Self.router) { $0.headTimeout = .milliseconds(200) } _: { server in
            let client = try RawClient(port: server.port)
            client.send("GET / HT")
            #expect(client.isClosedByPeer)
            let other = try RawClient(port: server.port)
            other.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
            #expect(other.isClosedByPeer)
            // The connection of a request that was answered has the same deadline for its next head.
            let third = try RawClient(port: server.port)
            third.send(head("GET / HTTP/1.1"))
            third.read(until: "here")
            third.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
            #expect(third.isClosedByPeer)
        }
    }

    @Test func `a body that does not come ends at its deadline`() async throws {
        try await TestServer.with(Self.router) { $0.bodyTimeout = .milliseconds(200) } _: { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST /small HTTP/1.1", "Content-Type: application/json", "Content-Length: 10") + "12345")
            #expect(client.isClosedByPeer)
            #expect(client.text.isEmpty)
        }
    }

    @Test func `a declared body that is too large is refused before it comes`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST /small HTTP/1.1", "Content-Type: application/json", "Content-Length: 5000000"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.contains("application/problem+json"))
            #expect(answer.contains("at most 1000 bytes"))
        }
    }

    @Test func `two megabytes against the limit are answered with 413`() async throws {
        try await TestServer.with(Self.router) { server in
            let answer = try await server.post("/small", String(repeating: "x", count: 2_000_000))
            #expect(answer.status == 413)
        }
    }

    @Test(arguments: [("/small", 10), ("/middle", 400)])
    func `a chunked body that grows too large is read to its end and refused`(path: String, chunks: Int) async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST \(path) HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked"))
            let chunk = "200\r\n" + String(repeating: "x", count: 512) + "\r\n"
            for _ in 0..<chunks { client.send(chunk) }
            client.send("0\r\n\r\n" + head("GET / HTTP/1.1", "Connection: close"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 413 "))
            #expect(answer.hasSuffix("here"))
        }
    }

    @Test func `a chunked body without end is cut off`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST /small HTTP/1.1", "Content-Type: application/json", "Transfer-Encoding: chunked"))
            let chunk = "4000\r\n" + String(repeating: "x", count: 16384) + "\r\n"
            var sent = 0
            while sent < 10_000, client.send(chunk) { sent += 1 }
            #expect(sent < 10_000)
        }
    }

    @Test(arguments: [
        "Content-Length: 3\r\nContent-Length: 4", "Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: gzip, chunked",
        "Content-Length: -3", "Content-Length: 3x",
    ])
    func `an ambiguous length is refused and ends the connection`(fields: String) async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST /small HTTP/1.1", "Content-Type: application/json", fields) + "abc" + head("GET / HTTP/1.1"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(!answer.contains("here"))
        }
    }

    @Test(arguments: ["/%zz", "/a/../b", "/%00", "/?x=%C3%28"])
    func `a target that cannot be read is a problem`(target: String) async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("GET \(target) HTTP/1.1", "Connection: close"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400 "))
            #expect(answer.contains("urn:egov:problem:malformed"))
        }
    }

    @Test(arguments: [false, true])
    func `a client that leaves cancels its task`(byReset: Bool) async throws {
        let started = Mutex(false), cancelled = try await Loop.run { Promise<Bool>() }
        var router = Self.router
        router.add("GET", "/waits") { _, _ in
            started.withLock { $0 = true }
            do { try await Loop.sleep(for: .seconds(30)) } catch {
                cancelled.succeed(Task.isCancelled)
                throw error
            }
            return HTTPResponse()
        }
        try await TestServer.with(router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("GET /waits HTTP/1.1"))
            while !started.withLock({ $0 }) { try await Task.sleep(for: .milliseconds(1)) }
            if byReset { client.reset() } else { client.halfClose() }
            let wasCancelled = try await Loop.run { try await cancelled.value() }
            #expect(wasCancelled)
            let other = try await server.get("/")
            #expect(other.text == "here")
        }
    }

    @Test func `a request that takes too long is cancelled and answered with 503`() async throws {
        var router = Self.router
        let cancelled = try await Loop.run { Promise<Bool>() }
        router.add("GET", "/waits", timeout: .milliseconds(100)) { _, _ in
            do { try await Loop.sleep(for: .seconds(30)) } catch {
                cancelled.succeed(true)
                throw error
            }
            return HTTPResponse()
        }
        try await TestServer.with(router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("GET /waits HTTP/1.1"))
            let answer = client.read(until: "}")
            #expect(answer.hasPrefix("HTTP/1.1 503"))
            #expect(answer.contains("Retry-After: 1"))
            let wasCancelled = try await Loop.run { try await cancelled.value() }
            #expect(wasCancelled)
        }
    }
}
