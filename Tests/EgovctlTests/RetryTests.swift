import CommandLine
import Contracts
import EventLoop
import HTTP
import Synchronization
import Testing

@testable import Egovctl

/// An e-License that answers one prepared answer after the other, and remembers what it was sent.
private final class PreparedService: Sendable {
    private let answers: Mutex<[HTTPResponse]>
    private let seen = Mutex<[HTTPHeaders]>([])

    init(_ answers: [HTTPResponse]) { self.answers = Mutex(answers) }

    var requests: [HTTPHeaders] { seen.withLock { $0 } }

    /// Runs a command line against it, signed in by a token from a file.
    func run(_ words: [String]) async throws -> (code: ExitCode, output: String, error: String) {
        let temporary = try TemporaryFolder()
        let token = "\(temporary.path)/token"
        try Files.write(Array("aaa.bbb.ccc\n".utf8), to: token, mode: 0o600)
        var router = Router()
        for (method, path) in [("POST", "/v1/applications"), ("GET", "/v1/applications")] {
            router.add(method, path) { request, _ in
                self.seen.withLock { $0.append(request.headers) }
                return self.answers.withLock { $0.isEmpty ? .text("no more", status: 500) : $0.removeFirst() }
            }
        }
        let configured = router
        let server = try await Loop.run { () -> HTTPServer in
            let server = HTTPServer(HTTPServerOptions(listen: "127.0.0.1:0"), router: configured)
            try server.start()
            return server
        }
        let address = try await Loop.run { server.boundAddress }
        let result = await EgovctlTests.run(words + ["--token-file", token, "--service", "e-license=http://\(address)", "--language", "kk"])
        try await Loop.run { await server.stop(within: .seconds(1)) }
        return result
    }
}

@Suite struct RetryTests {
    private static func busy(_ retryAfter: String?) throws -> HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": Problem.mediaType]
        headers["Retry-After"] = retryAfter
        return HTTPResponse(status: 503, headers: headers, body: .bytes(try JSON.encode(Problem(.unavailable, .en))))
    }

    private static func receipt() throws -> HTTPResponse {
        let example = Licences.submit.erased.outputExample
        return .json(JSON.write(example), status: 201)
    }

    private static let apply = ["apply", "--kind", "advocate", "--json"]

    @Test func aBusyServiceIsAskedOnceMoreWithTheSameKey() async throws {
        let service = PreparedService([try Self.busy("0"), try Self.receipt()])
        let result = try await service.run(Self.apply)
        #expect(result.code == .success, "\(result.error)")
        #expect(service.requests.count == 2)
        let keys = Set(service.requests.compactMap { $0["Idempotency-Key"] })
        #expect(keys.count == 1 && keys.first?.count == 36)
        #expect(service.requests.allSatisfy { $0["Authorization"] == "Bearer aaa.bbb.ccc" && $0["Accept-Language"] == "kk" })
    }

    @Test func onceAndNotForEver() async throws {
        let service = PreparedService([try Self.busy("0"), try Self.busy("0"), try Self.receipt()])
        let result = try await service.run(Self.apply)
        #expect(result.code == .unavailable)
        #expect(service.requests.count == 2)
    }

    @Test func whoDoesNotSayWhenIsNotAskedAgain() async throws {
        let service = PreparedService([try Self.busy(nil), try Self.receipt()])
        #expect(try await service.run(Self.apply).code == .unavailable)
        #expect(service.requests.count == 1)
    }

    @Test func readingNeedsNoKey() async throws {
        let service = PreparedService([.json(Array(#"{"items":[]}"#.utf8))])
        let result = try await service.run(["applications", "list"])
        #expect(result.output == "There are no applications.\n", "\(result.error)")
        #expect(service.requests.first?["Idempotency-Key"] == nil)
    }

    @Test func anAnswerThatIsNotTheContractsIsToldSo() async throws {
        let service = PreparedService([.json(Array(#"{"items":[{"number":7}]}"#.utf8))])
        let result = try await service.run(["applications", "list"])
        #expect(result.code == .failure)
        #expect(result.error.contains("/items/0"))
    }
}
