import Testing

@testable import HTTP

@Suite struct RouterTests {
    static var router: Router {
        var router = Router()
        let nothing: Router.Handler = { _, _ in HTTPResponse() }
        for (method, template) in [
            ("GET", "/"), ("GET", "/v1/persons"), ("POST", "/v1/persons"), ("GET", "/v1/persons/{iin}"),
            ("PUT", "/v1/persons/{iin}"), ("GET", "/v1/persons/count"), ("GET", "/v1/persons/{iin}/history"),
            ("GET", "/v1/persons/count/all"), ("GET", "/v1/{kind}/{id}/{part}"),
        ] {
            router.add(method, template, nothing)
        }
        return router
    }

    private func match(_ method: String, _ path: String) throws -> String {
        switch Self.router.match(method, try Target(path).segments) {
        case .route(let route, let parameters):
            ([route.method, route.template] + parameters.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }).joined(separator: " ")
        case .options(let methods): "options " + methods.joined(separator: ",")
        case .notAllowed(let methods): "405 " + methods.joined(separator: ",")
        case .nothing: "404"
        }
    }

    @Test(arguments: [
        ("GET", "/", "GET /"),
        ("GET", "/v1/persons", "GET /v1/persons"),
        ("HEAD", "/v1/persons", "GET /v1/persons"),
        ("POST", "/v1/persons", "POST /v1/persons"),
        ("GET", "/v1/persons/", "404"),
        ("GET", "/v1/persons/7", "GET /v1/persons/{iin} iin=7"),
        ("GET", "/v1/persons/count", "GET /v1/persons/count"),
        ("GET", "/v1/persons/count/history", "GET /v1/persons/{iin}/history iin=count"),
        ("GET", "/v1/persons/7/all", "GET /v1/{kind}/{id}/{part} id=7 kind=persons part=all"),
        ("GET", "/v1/persons/a%2Fb", "GET /v1/persons/{iin} iin=a/b"),
        ("GET", "/v1/persons/%7Biin%7D", "GET /v1/persons/{iin} iin={iin}"),
        ("GET", "/V1/persons", "404"),
        ("GET", "//v1/persons", "404"),
        ("GET", "/v1", "404"),
        ("DELETE", "/v1/persons/7", "405 GET,HEAD,OPTIONS,PUT"),
        ("PUT", "/v1/persons/count", "405 GET,HEAD,OPTIONS"),
        ("OPTIONS", "/v1/persons", "options GET,HEAD,OPTIONS,POST"),
        ("GET", "http://host:1/v1/persons?x", "GET /v1/persons"),
        ("GET", "HTTP://host", "GET /"),
        ("GET", "https://host?x", "GET /"),
    ])
    func `a path finds its route`(method: String, path: String, expected: String) throws {
        #expect(try match(method, path) == expected)
    }

    @Test(arguments: [
        "v1", "/%", "/%4", "/%zz", "/a%00b", "/a/../b", "/a/%2e%2E/b", "/./a", "/%ff", "/қ", "/a?%", "/a?x=%C3%28", "/a?x=%00",
        "ftp://host/a", "",
    ])
    func `a target that cannot be read is refused`(target: String) {
        #expect(throws: TargetError.self) { try Target(target) }
    }

    @Test func `a query keeps order, doubles, blanks and empty values`() throws {
        let target = try Target("/a?x=1&y=%D2%9B+b&x=2&&flag&z=a=b&=v")
        #expect(target.query.map(\.name) == ["x", "y", "x", "flag", "z", ""])
        #expect(target.query.map(\.value) == ["1", "қ b", "2", "", "a=b", "v"])
        #expect(target.path == "/a")
    }

    @Test func `a query has at most a hundred parameters`() throws {
        let many = (1...100).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try Target("/?" + many).query.count == 100)
        #expect(throws: TargetError.self) { try Target("/?" + many + "&one=more") }
    }

    @Test(arguments: [
        (nil, true), ("*/*", true), ("application/json", true), ("application/*", true), ("text/html", false),
        ("text/html, */*;q=0.1", true), ("application/json;q=0", false), ("*/*, application/json;q=0", false),
        ("application/*;q=0, application/json", true), ("APPLICATION/JSON; charset=utf-8", true), ("nonsense", true), ("", true),
    ])
    func `Accept decides whether JSON may be sent`(header: String?, expected: Bool) {
        #expect(accepts(header, oneOf: ["application/json"]) == expected)
    }

    @Test(arguments: [
        ("application/json", true), ("Application/JSON; Charset=UTF-8", true), ("application/json;charset=\"utf-8\"", true),
        ("application/json; charset=windows-1251", false), ("text/json", false), ("application/problem+json", false),
        ("application/json; charset", false), ("application", false),
    ])
    func `a content type fits JSON or not`(text: String, expected: Bool) {
        #expect((MediaType(text)?.fits("application/json") ?? false) == expected)
    }

    @Test func `headers compare without case and keep their order`() {
        var headers: HTTPHeaders = ["Accept": "a", "X-Id": "1"]
        headers.add("accept", "b")
        #expect(headers["ACCEPT"] == "a")
        #expect(headers.values(of: "Accept") == ["a", "b"])
        #expect(headers.list("accept") == "a, b")
        #expect(headers.map(\.name) == ["Accept", "X-Id", "accept"])
        headers["accept"] = "c"
        #expect(headers.map(\.value) == ["c", "1"])
        headers["X-ID"] = nil
        #expect(headers.count == 1 && !headers.contains("x-id"))
    }

    @Test func `what a head says about the body is read strictly`() {
        #expect(BodySize([:]) == .none)
        #expect(BodySize(["Content-Length": "0"]) == .none)
        #expect(BodySize(["Content-Length": "12"]) == .known(12))
        #expect(BodySize(["Transfer-Encoding": "Chunked"]) == .chunked)
        for bad: HTTPHeaders in [
            ["Content-Length": "12", "content-length": "12"], ["Content-Length": "+1"], ["Content-Length": "1, 1"], ["Content-Length": ""],
            ["Content-Length": "99999999999999999999"], ["Transfer-Encoding": "gzip"], ["Transfer-Encoding": "gzip, chunked"],
            ["Transfer-Encoding": "chunked", "Content-Length": "3"],
        ] {
            guard case .unreadable = BodySize(bad) else { Issue.record("\(bad) was read"); continue }
        }
    }
}
