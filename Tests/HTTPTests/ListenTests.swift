import EventLoop
import Foundation
import Glibc
import HTTP
import Synchronization
import Testing

@Suite struct ListenTests {
    static var router: Router {
        var router = Router()
        router.add("GET", "/", produces: []) { request, _ in .text("hello \(request.remote)") }
        router.add("GET", "/never", produces: []) { _, _ in
            try await Loop.sleep(for: .seconds(60))
            return .text("never")
        }
        return router
    }

    @Test func `a Unix socket serves its group only and is cleaned up`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder + "/s"
            try leaveStaleSocket(path)
            for _ in 0..<2 {
                try await TestServer.with(Self.router, listen: "unix:" + path) { server in
                    let answer = try await server.send(HTTPClientRequest(url: "http://localhost/", unixSocket: path))
                    #expect(answer.text == "hello unix")
                    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                    #expect(mode == 0o660)
                }
                #expect(!FileManager.default.fileExists(atPath: path))
            }
        }
    }

    /// The file that a process leaves which dies while it listens.
    private func leaveStaleSocket(_ path: String) throws {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
        #expect(bound == 0)
    }

    @Test func `IPv6 is served too`() async throws {
        try await TestServer.with(Self.router, listen: "[::1]:0") { server in
            #expect(server.address.hasPrefix("[::1]:"))
            let answer = try await server.get("/")
            #expect(answer.text == "hello ::1")
        }
    }

    @Test func `an address in use is told, and free again at once`() async throws {
        let address = try await TestServer.with(Self.router) { server in
            let error = try await Loop.run { () -> (any Error)? in
                do { try HTTPServer(HTTPServerOptions(listen: server.address), router: Self.router).start() } catch { return error }
                return nil
            }
            let text = "\(try #require(error))"
            #expect(text.contains(server.address) && text.contains("another process listens there"))
            let client = try RawClient(port: server.port)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            client.read(until: "hello")
            return server.address
        }
        try await TestServer.with(Self.router, listen: address) { server in
            let answer = try await server.get("/")
            #expect(answer.status == 200)
        }
    }

    @Test(arguments: ["nonsense", "127.0.0.1:99999", "unix:", "unix:" + String(repeating: "x", count: 200), "300.1.1.1:80"])
    func `an address that is none is told`(listen: String) async throws {
        await #expect(throws: HTTPServerError.self) {
            try await Loop.run { try HTTPServer(HTTPServerOptions(listen: listen), router: Self.router).start() }
        }
    }

    @Test func `stopping finishes what is held and takes nothing new`() async throws {
        let gate = try await Loop.run { Promise<Void>() }
        var router = Self.router
        router.add("GET", "/late", produces: []) { _, _ in
            try await gate.value()
            return .text("late")
        }
        try await TestServer.with(router) { server in
            let idle = try RawClient(port: server.port)
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            idle.read(until: "hello")
            let client = try RawClient(port: server.port)
            client.send("GET /late HTTP/1.1\r\nHost: a\r\n\r\n")
            while try await Loop.run({ server.server.activeRequests }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            let stopped = Loop.spawn { await server.server.stop(within: .seconds(30)) }
            #expect(idle.isClosedByPeer)
            #expect(throws: RawClient.SocketError.self) { try RawClient(port: server.port) }
            try await Loop.run { gate.succeed(()) }
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 200 ") && answer.hasSuffix("late") && answer.contains("Connection: close"))
            await stopped.value
        }
    }

    @Test func `what does not finish in time is answered with 503`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send("GET /never HTTP/1.1\r\nHost: a\r\n\r\n")
            while try await Loop.run({ server.server.activeRequests }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            try await Loop.run { await server.server.stop(within: .milliseconds(50)) }
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After"))
            let left = try await Loop.run { server.server.openConnections + server.server.activeRequests }
            #expect(left == 0)
        }
    }
}
