import EventLoop
import Foundation
import HTTP
import Testing

@Suite struct ClientTests {
    static var router: Router {
        var router = Router()
        router.add("GET", "/", produces: []) { _, _ in .text("hello") }
        router.add("GET", "/big", produces: []) { _, _ in .text(String(repeating: "x", count: 100_000)) }
        router.add("GET", "/chunked", produces: []) { _, _ in
            HTTPResponse(body: .stream(ResponseStream { writer in
                for _ in 0..<100 { try await writer.write([UInt8](repeating: 1, count: 1000)) }
            }))
        }
        router.add("GET", "/moved") { _, _ in HTTPResponse(status: 302, headers: ["Location": "/"]) }
        router.add("GET", "/never") { _, _ in
            try await Loop.sleep(for: .seconds(60))
            return HTTPResponse()
        }
        router.add("GET", "/headers", produces: []) { request, _ in
            .text(request.headers.map { "\($0.name): \($0.value)" }.joined(separator: "\n"))
        }
        return router
    }

    private func failure(_ server: TestServer, _ request: HTTPClientRequest) async -> HTTPClientError? {
        do { _ = try await server.send(request) } catch { return error as? HTTPClientError }
        return nil
    }

    @Test func `an answer larger than allowed is broken off, declared or not`() async throws {
        try await TestServer.with(Self.router) { server in
            for path in ["/big", "/chunked"] {
                var request = HTTPClientRequest(url: server.url + path)
                request.maxResponse = 50_000
                let error = await failure(server, request)
                #expect(error?.kind == .tooLarge)
                #expect(error?.isRetriable == false)
            }
        }
    }

    @Test func `a request ends by its time-out`() async throws {
        try await TestServer.with(Self.router) { server in
            let error = await failure(server, HTTPClientRequest(url: server.url + "/never", timeout: .milliseconds(100)))
            #expect(error?.kind == .timeout)
            #expect(error?.isRetriable == true)
            let post = await failure(server, HTTPClientRequest("POST", url: "http://127.0.0.1:1/", timeout: .seconds(5)))
            #expect(post?.kind == .cannotConnect)
            #expect(post?.isRetriable == true)
        }
    }

    @Test func `cancelling the task breaks the transfer off`() async throws {
        try await TestServer.with(Self.router) { server in
            let task = Loop.start { () -> HTTPClientError? in
                do { _ = try await HTTPClient().send(HTTPClientRequest(url: server.url + "/never")) } catch { return error as? HTTPClientError }
                return nil
            }
            while try await Loop.run({ server.server.activeRequests }) == 0 { try await Task.sleep(for: .milliseconds(1)) }
            task.cancel()
            let error = try await task.value
            #expect(error?.kind == .cancelled)
            while try await Loop.run({ server.server.activeRequests }) > 0 { try await Task.sleep(for: .milliseconds(1)) }
        }
    }

    @Test func `connections are used again and redirects are not followed`() async throws {
        try await TestServer.with(Self.router) { server in
            let (statuses, open) = try await Loop.run { () -> ([Int], Int) in
                let client = HTTPClient()
                var statuses: [Int] = []
                for path in ["/", "/moved", "/", "/"] { statuses.append(try await client.send(HTTPClientRequest(url: server.url + path)).status) }
                return (statuses, server.server.openConnections)
            }
            #expect(statuses == [200, 302, 200, 200])
            #expect(open == 1)
        }
    }

    @Test func `only what was asked for is sent`() async throws {
        try await TestServer.with(Self.router) { server in
            let answer = try await server.get("/headers", ["X-One": "1", "X-Empty": ""])
            let names = Set(answer.text.split(separator: "\n").map { $0.prefix { $0 != ":" } })
            #expect(names == ["Host", "User-Agent", "Accept", "X-One", "X-Empty"])
        }
    }

    @Test(arguments: ["file:///etc/passwd", "ftp://localhost/", "nonsense", "http://a b/", "http://127.0.0.1/\r\nX: y", ""])
    func `a URL that is none of ours is refused`(url: String) async throws {
        let error = try await Loop.run { () -> HTTPClientError? in
            do { _ = try await HTTPClient().send(HTTPClientRequest(url: url, timeout: .seconds(2))) } catch { return error as? HTTPClientError }
            return nil
        }
        #expect(error?.kind == .invalidRequest || error?.kind == .cannotConnect)
        #expect(url == "nonsense" || error?.kind == .invalidRequest)
    }

    @Test func `headers cannot smuggle others in`() async throws {
        for headers: HTTPHeaders in [["X": "a\r\nY: b"], ["X\r\nY": "b"], ["": "b"], ["X Y": "b"]] {
            let error = try await Loop.run { () -> HTTPClientError? in
                do { _ = try await HTTPClient().send(HTTPClientRequest(url: "http://127.0.0.1:1/", headers: headers)) } catch { return error as? HTTPClientError }
                return nil
            }
            #expect(error?.kind == .invalidRequest)
        }
    }

    @Test func `TLS is spoken, and only with a server that is known`() async throws {
        try await withTemporaryFolder { folder in
            try makeCertificate(in: folder)
            try await TestServer.with(Self.router) {
                $0.certificateFile = folder + "/cert.pem"
                $0.keyFile = folder + "/key.pem"
            } _: { server in
                let url = "https://localhost:\(server.port)/"
                let (answer, big) = try await Loop.run { () -> (HTTPClientResponse, HTTPClientResponse) in
                    var options = HTTPClientOptions()
                    options.certificateAuthorityFile = folder + "/cert.pem"
                    let client = HTTPClient(options)
                    return (try await client.send(HTTPClientRequest(url: url)), try await client.send(HTTPClientRequest(url: url + "big")))
                }
                #expect(answer.text == "hello")
                #expect(big.body.count == 100_000)
                let error = await failure(server, HTTPClientRequest(url: url))
                #expect(error?.kind == .tls)
                #expect(error?.isRetriable == false)
            }
        }
    }

    @Test func `a server with half of its TLS files does not start`() async throws {
        await #expect(throws: HTTPServerError.self) {
            try await Loop.run { try HTTPServer(HTTPServerOptions(listen: "127.0.0.1:0", certificateFile: "/none"), router: Self.router).start() }
        }
        await #expect(throws: HTTPServerError.self) {
            try await Loop.run {
                try HTTPServer(HTTPServerOptions(listen: "127.0.0.1:0", certificateFile: "/none", keyFile: "/none"), router: Self.router).start()
            }
        }
    }

    private func makeCertificate(in folder: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", folder + "/key.pem", "-out", folder + "/cert.pem",
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
