import EventLoop
import Foundation
import HTTP
import Synchronization
import Testing

@Suite struct StreamTests {
    private func head(_ start: String, _ fields: String...) -> String {
        ([start, "Host: test"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test func `an answer is streamed while it is made`() async throws {
        var router = Router()
        router.add("GET", "/lines", produces: []) { _, _ in
            HTTPResponse(body: .stream(ResponseStream { writer in
                for index in 0..<20_000 {
                    try await writer.write(Array("line \(index)\n".utf8))
                    if index % 5000 == 0 { try await Loop.sleep(for: .milliseconds(1)) }
                }
            }))
        }
        router.add("GET", "/sequence", produces: []) { _, _ in
            HTTPResponse(body: .stream(ResponseStream(AsyncStream<[UInt8]> { continuation in
                for letter in "abc".utf8 { continuation.yield([letter]) }
                continuation.finish()
            })))
        }
        try await TestServer.with(router) { server in
            let lines = try await server.get("/lines")
            #expect(lines.headers["Transfer-Encoding"] == "chunked")
            #expect(lines.text.split(separator: "\n").count == 20_000)
            #expect(lines.text.hasSuffix("line 19999\n"))
            let sequence = try await server.get("/sequence")
            #expect(sequence.text == "abc")
            let head = try await server.send(HTTPClientRequest("HEAD", url: server.url + "/lines"))
            #expect(head.status == 200 && head.body.isEmpty)
        }
    }

    @Test func `an answer that breaks off does not look complete`() async throws {
        struct Broken: Error {}
        var router = Router()
        router.add("GET", "/", produces: []) { _, _ in
            HTTPResponse(body: .stream(ResponseStream { writer in
                try await writer.write([1, 2, 3])
                throw Broken()
            }))
        }
        try await TestServer.with(router) { server in
            let error = await #expect(throws: HTTPClientError.self) { _ = try await server.get("/") }
            #expect(error?.kind == .connectionLost)
        }
    }

    @Test func `a client that leaves or is slow holds the producer`() async throws {
        let written = Mutex(0), ended = try await Loop.run { Promise<Bool>() }
        var router = Router()
        router.add("GET", "/", produces: []) { _, _ in
            HTTPResponse(body: .stream(ResponseStream { writer in
                do {
                    while true {
                        try await writer.write([UInt8](repeating: 7, count: 10_000))
                        written.withLock { $0 += 10_000 }
                    }
                } catch {
                    ended.succeed(error is CancellationError)
                    throw error
                }
            }))
        }
        try await TestServer.with(router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("GET / HTTP/1.1"))
            client.read(until: "\r\n\r\n")
            // The kernel's buffers fill; then nothing more is made.
            var last = -1
            while written.withLock({ $0 }) != last {
                last = written.withLock { $0 }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(last < 50_000_000)
            client.reset()
            let wasCancelled = try await Loop.run { try await ended.value() }
            #expect(wasCancelled)
        }
    }

    @Test func `a body is read while it arrives`() async throws {
        var router = Router()
        router.add("POST", "/sum", consumes: ["*/*"], produces: [], maxBody: 10_000_000, streamsBody: true) { request, _ in
            var sum = 0, chunks = 0
            for try await chunk in request.body {
                sum += chunk.reduce(0) { $0 + Int($1) }
                chunks += 1
                if chunks % 50 == 0 { try await Loop.sleep(for: .milliseconds(1)) }
            }
            return .text("\(sum) \(chunks > 1)")
        }
        router.add("POST", "/early", consumes: ["*/*"], produces: [], maxBody: 10_000_000, streamsBody: true) { _, _ in .text("early") }
        router.add("POST", "/limited", consumes: ["*/*"], produces: [], maxBody: 1000, streamsBody: true) { request, _ in
            .text("\(try await request.body.collect().count)")
        }
        try await TestServer.with(router) { server in
            let body = [UInt8](repeating: 3, count: 4_000_000)
            let sum = try await server.send(HTTPClientRequest("POST", url: server.url + "/sum", body: body))
            #expect(sum.text == "12000000 true")
            let early = try await server.send(HTTPClientRequest("POST", url: server.url + "/early", body: body))
            #expect(early.text == "early")
            let client = try RawClient(port: server.port)
            client.send(head("POST /limited HTTP/1.1", "Transfer-Encoding: chunked", "Connection: close"))
            client.send("400\r\n" + String(repeating: "x", count: 1024) + "\r\n0\r\n\r\n")
            #expect(client.readToEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test(arguments: [false, true])
    func `a reader learns that the client broke off`(byReset: Bool) async throws {
        let (started, ended) = try await Loop.run { (Promise<Void>(), Promise<Bool>()) }
        var router = Router()
        router.add("POST", "/", consumes: ["*/*"], streamsBody: true) { request, _ in
            started.succeed(())
            do { return .json(try await request.body.collect()) } catch {
                ended.succeed(error is BodyBrokenOff || error is CancellationError)
                throw error
            }
        }
        try await TestServer.with(router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST / HTTP/1.1", "Content-Length: 100") + "12345")
            if !byReset { client.halfClose() }
            try await Loop.run { try await started.value() }
            if byReset { client.reset() }
            let hasEnded = try await Loop.run { try await ended.value() }
            #expect(hasEnded)
        }
    }

    @Test func `a file is sent, a missing one is 404`() async throws {
        try await withTemporaryFolder { folder in
            let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            try Data(bytes).write(to: URL(fileURLWithPath: folder + "/file"))
            var router = Router()
            router.add("GET", "/{name}", produces: []) { _, parameters in
                HTTPResponse(headers: ["Content-Type": "application/octet-stream"], body: .file(folder + "/" + (parameters["name"] ?? "")))
            }
            try await TestServer.with(router) { server in
                let file = try await server.get("/file")
                #expect(file.body == bytes)
                #expect(file.headers["Content-Length"] == "300000")
                let missing = try await server.get("/other")
                #expect(missing.status == 404)
            }
        }
    }
}
