import Contracts
import EventLoop
import Foundation
import HTTP
import Synchronization
import Testing

@Suite struct ProtocolTests {
    static var router: Router {
        var router = Router()
        router.add("GET", "/item") { _, _ in .json(Array("[1]".utf8)) }
        router.add("PUT", "/item") { request, _ in .json(try await request.body.collect()) }
        router.add("GET", "/late/{n}", produces: []) { _, parameters in
            try await Loop.sleep(for: .milliseconds(parameters["n"] == "1" ? 30 : 1))
            return .text("late \(parameters["n"] ?? "")|")
        }
        router.add("DELETE", "/item") { _, _ in HTTPResponse(status: 204) }
        router.add("POST", "/any", consumes: ["text/*", "application/json"]) { request, _ in .json(try await request.body.collect()) }
        return router
    }

    private func head(_ start: String, _ fields: String...) -> String {
        ([start, "Host: test"] + fields).joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test func `what is not there, not allowed, not acceptable or not readable has its problem`() async throws {
        try await TestServer.with(Self.router) { server in
            let missing = try await server.get("/nothing", ["Accept-Language": "ru"])
            #expect(missing.status == 404)
            #expect(missing.headers["Content-Type"] == "application/problem+json")
            let problem = try JSON.decode(Problem.self, from: missing.body)
            #expect(problem.type == ProblemKind.notFound.type)
            #expect(problem.title == ProblemKind.notFound.title.ru)
            #expect(problem.instance == "/nothing")

            let wrong = try await server.post("/item", "1")
            #expect(wrong.status == 405)
            #expect(wrong.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT")

            let unacceptable = try await server.get("/item", ["Accept": "text/html"])
            #expect(unacceptable.status == 406)

            let form = try await server.post("/any", "a=1", ["Content-Type": "application/x-www-form-urlencoded"])
            #expect(form.status == 415)
            #expect(form.headers["Accept"] == "text/*, application/json")
            let untyped = try await server.post("/any", "{}", [:])
            #expect(untyped.status == 415)
            let charset = try await server.post("/any", "{}", ["Content-Type": "application/json; charset=koi8-r"])
            #expect(charset.status == 415)
            let good = try await server.post("/any", "{}", ["Content-Type": "application/json; charset=UTF-8"])
            #expect(good.text == "{}")

            let options = try await server.send(HTTPClientRequest("OPTIONS", url: server.url + "/item"))
            #expect(options.status == 204)
            #expect(options.headers["Allow"] == "DELETE, GET, HEAD, OPTIONS, PUT")
        }
    }

    @Test func `the service completes problems of the server's own`() async throws {
        try await TestServer.with(Self.router) {
            $0.completeProblem = { problem, request in problem.traceId = request.headers["X-Trace"] }
        } _: { server in
            let answer = try await server.get("/nothing", ["X-Trace": "abc"])
            let problem = try JSON.decode(Problem.self, from: answer.body)
            #expect(problem.traceId == "abc")
        }
    }

    @Test func `HEAD answers as GET does, without the body`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("HEAD /item HTTP/1.1") + head("GET /item HTTP/1.1", "Connection: close"))
            let answers = client.readToEnd().components(separatedBy: "HTTP/1.1 200 OK")
            #expect(answers.count == 3)
            #expect(answers[1].contains("Content-Length: 3") && answers[1].hasSuffix("\r\n\r\n"))
            #expect(answers[2].hasSuffix("[1]"))
        }
    }

    @Test func `pipelined requests are answered in their order`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            let body = "PUT /item HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 3\r\n\r\n[2]"
            client.send((1...4).map { head("GET /late/\($0) HTTP/1.1") }.joined() + body + head("GET /late/5 HTTP/1.1", "Connection: close"))
            let answer = client.readToEnd()
            let order = answer.components(separatedBy: "\r\n").filter { $0.hasPrefix("late") || $0.hasPrefix("[2]") }
            #expect(order.joined() == "late 1|HTTP/1.1 200 OKlate 2|HTTP/1.1 200 OKlate 3|HTTP/1.1 200 OKlate 4|HTTP/1.1 200 OK[2]HTTP/1.1 200 OKlate 5|")
        }
    }

    @Test func `a client that expects 100 gets it, or the refusal at once`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            let fields = "Content-Type: application/json\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: "
            client.send(head("PUT /item HTTP/1.1", fields + "3"))
            #expect(client.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 100 "))
            client.send("[3]")
            #expect(client.readToEnd().hasSuffix("[3]"))
            let other = try RawClient(port: server.port)
            other.send(head("PUT /item HTTP/1.1", fields + "99999999"))
            #expect(other.readToEnd().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a refusal of a small body keeps the connection`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try RawClient(port: server.port)
            client.send(head("POST /item HTTP/1.1", "Content-Length: 5") + "12345" + head("GET /item HTTP/1.1", "Connection: close"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 405 "))
            #expect(answer.hasSuffix("[1]"))
        }
    }

    @Test func `HTTP 1 0 is answered and closed, empty answers are complete`() async throws {
        try await TestServer.with(Self.router) { server in
            let old = try RawClient(port: server.port)
            old.send("GET /item HTTP/1.0\r\n\r\n")
            #expect(old.readToEnd().hasSuffix("[1]"))
            let client = try RawClient(port: server.port)
            client.send(head("DELETE /item HTTP/1.1", "Connection: close"))
            let answer = client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 204 ") && answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test func `a header with a line break in it is left out`() async throws {
        var router = Router()
        router.add("GET", "/") { _, _ in HTTPResponse(headers: ["X-Bad": "a\r\nX-Injected: b", "X-Good": "c"]) }
        try await TestServer.with(router) { server in
            let answer = try await server.get("/")
            #expect(answer.status == 200)
            #expect(answer.headers["X-Injected"] == nil)
            #expect(answer.headers["X-Good"] == "c")
        }
    }

    @Test func `every request is reported when it is finished`() async throws {
        let seen = Seen()
        try await TestServer.with(Self.router) { $0.onFinished = { request in seen.requests.withLock { $0.append(request) } } } _: { server in
            _ = try await server.send(HTTPClientRequest("PUT", url: server.url + "/item?x", headers: ["Content-Type": "application/json"], body: Array("[12]".utf8)))
            _ = try await server.get("/nothing")
        }
        let finished = seen.requests.withLock { $0 }
        #expect(finished.map(\.status) == [200, 404])
        #expect(finished.map(\.route) == ["/item", nil])
        #expect(finished.map(\.path) == ["/item", "/nothing"])
        #expect(finished[0].method == "PUT" && finished[0].bytesReceived == 4 && finished[0].bytesSent == 4)
        #expect(finished.allSatisfy { $0.isComplete && $0.duration > .zero && $0.remote == "127.0.0.1" })
    }
}

private final class Seen: Sendable {
    let requests = Mutex<[FinishedRequest]>([])
}
