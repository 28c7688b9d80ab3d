import Contracts
import EventLoop
import HTTP
import Testing

@Suite struct ServerTests {
    static var router: Router {
        var router = Router()
        router.add("GET", "/hello") { _, _ in .json(Array(#"{"hello":"world"}"#.utf8)) }
        router.add("GET", "/persons/{iin}/names/{language}", produces: []) { _, parameters in
            .text("\(parameters["iin"] ?? "-") \(parameters["language"] ?? "-")")
        }
        router.add("POST", "/echo", maxBody: 100_000) { request, _ in .json(try await request.body.collect(), status: 201) }
        router.add("GET", "/late", produces: []) { _, _ in
            try await Loop.sleep(for: .milliseconds(20))
            return .text("late")
        }
        router.add("GET", "/fails") { _, _ in throw Fault() }
        router.add("GET", "/problem") { _, _ in throw Problem(.conflict, .en, detail: "taken") }
        router.add("GET", "/gone") { _, _ in throw CancellationError() }
        router.add("GET", "/query", produces: []) { request, _ in
            .text(request.query.map { "\($0.name)=\($0.value)" }.joined(separator: ";"))
        }
        return router
    }

    struct Fault: Error {}

    @Test func `a route answers with its status, type and body`() async throws {
        try await TestServer.with(Self.router) { server in
            let answer = try await server.get("/hello")
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/json")
            #expect(answer.headers["date"] != nil)
            #expect(answer.headers["server"] == nil)
            #expect(answer.text == #"{"hello":"world"}"#)
        }
    }

    @Test func `parameters of path and query come decoded`() async throws {
        try await TestServer.with(Self.router) { server in
            let path = try await server.get("/persons/a%20b/names/%D2%9B%D0%B7").text
            #expect(path == "a b қз")
            let query = try await server.get("/query?a=1&b=%2B7+701&a=&c").text
            #expect(query == "a=1;b=+7 701;a=;c=")
        }
    }

    @Test func `a body comes back as it was sent`() async throws {
        try await TestServer.with(Self.router) { server in
            let text = "[\"" + String(repeating: "қ", count: 40_000) + "\"]"
            let answer = try await server.post("/echo", text)
            #expect(answer.status == 201)
            #expect(answer.text == text)
        }
    }

    @Test func `errors of a handler become problems that tell no secret`() async throws {
        try await TestServer.with(Self.router) { server in
            let fault = try await server.get("/fails")
            #expect(fault.status == 500)
            #expect(fault.headers["Content-Type"] == "application/problem+json")
            #expect(!fault.text.contains("Fault()"))
            let problem = try await server.get("/problem")
            #expect(problem.status == 409)
            #expect(try JSON.decode(Problem.self, from: problem.body).detail == "taken")
            await #expect(throws: HTTPClientError.self) { _ = try await server.get("/gone") }
        }
    }

    @Test func `five hundred requests at once are all answered`() async throws {
        try await TestServer.with(Self.router) { server in
            let client = try await Loop.run { HTTPClient() }
            let answers = try await withThrowingTaskGroup(of: String.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        try await Loop.run {
                            let path = index % 2 == 0 ? "/late" : "/query?n=\(index)"
                            return try await client.send(HTTPClientRequest(url: server.url + path)).text
                        }
                    }
                }
                return try await group.reduce(into: [String]()) { $0.append($1) }
            }
            #expect(answers.count == 500)
            #expect(answers.filter { $0 == "late" }.count == 250)
            #expect(Set(answers).count == 251)
        }
    }
}
