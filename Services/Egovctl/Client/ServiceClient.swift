import CommandLine
import Contracts
import EventLoop
import FoundationEssentials
import HTTP

/// Calls the services' operations: one HTTP request each, made of the operation's own value.
@Loop final class ServiceClient {
    private let http: HTTPClient
    private let platform: Platform

    init(_ platform: Platform) {
        self.platform = platform
        var options = HTTPClientOptions()
        options.userAgent = "egovctl"
        options.timeout = .seconds(20)
        http = HTTPClient(options)
    }

    /// The operation's output for an input.
    ///
    /// A change carries an idempotency key, so when its fate is unknown, or the service asks to come back, it is sent once more.
    /// - Throws: ``CommandFailure`` made of the service's problem document, or of why none came.
    func call<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, as token: String?
    ) async throws -> Output {
        try read(await send(operation, input, token), operation)
    }

    private func send<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, _ token: String?
    ) async throws -> HTTPClientResponse {
        let request = try http(operation, try operation.request(for: input), token)
        var answer: HTTPClientResponse
        do {
            answer = try await http.send(request)
            if answer.status == 503, let pause = Self.pause(answer.headers["Retry-After"]) {
                try await Loop.sleep(for: pause)
                answer = try await http.send(request)
            }
        } catch let error as HTTPClientError where error.kind == .connectionLost && error.isRetriable {
            answer = try await again(request, operation.service)
        } catch let error as HTTPClientError {
            throw error.failure(of: operation.service, at: platform.url(of: operation.service))
        }
        return answer
    }

    private func again(_ request: HTTPClientRequest, _ service: ServiceName) async throws -> HTTPClientResponse {
        do { return try await http.send(request) } catch { throw error.failure(of: service, at: platform.url(of: service)) }
    }

    private func http<Input, Output>(
        _ operation: Operation<Input, Output>, _ parts: OperationRequest, _ token: String?
    ) throws -> HTTPClientRequest {
        var headers: HTTPHeaders = ["Accept": "application/json", "Accept-Language": platform.language.rawValue]
        if let token { headers["Authorization"] = "Bearer \(token)" }
        if let ifMatch = parts.ifMatch { headers["If-Match"] = ifMatch }
        if parts.body != nil { headers["Content-Type"] = "application/json" }
        if operation.changes { headers["Idempotency-Key"] = UUID.v7().text }
        return HTTPClientRequest(
            parts.method.rawValue, url: platform.url(of: operation.service) + parts.target, headers: headers, body: parts.body)
    }

    private func read<Input, Output>(_ answer: HTTPClientResponse, _ operation: Operation<Input, Output>) throws -> Output {
        guard (200..<300).contains(answer.status) else {
            throw ServiceProblem(answer.status, answer.body).failure(of: operation.service, at: platform.url(of: operation.service))
        }
        do {
            // A newer service may say more than this program knows.
            return try JSON.decode(Output.self, from: answer.body, limits: Self.limits, unknown: .ignore)
        } catch {
            throw CommandFailure(
                "\(operation.service) answers \(operation.name) in a form that is not the contract's: \(error)",
                advice: "compare versions: egovctl --version, egovctl status")
        }
    }

    /// The status of a plain path; nil when nobody answers.
    func status(of path: String, _ service: ServiceName) async -> Int? {
        try? await http.send(HTTPClientRequest("GET", url: platform.url(of: service) + path, timeout: .seconds(5))).status
    }

    private static let limits = JSONLimits(maxBytes: 16 << 20, maxValues: 1_000_000)

    /// How long a service asks to wait: seconds (RFC 9110 §10.2.3), at most ten here.
    nonisolated static func pause(_ retryAfter: String?) -> Duration? {
        guard let seconds = retryAfter.flatMap({ Int($0) }), (0...10).contains(seconds) else { return nil }
        return .seconds(seconds)
    }
}

extension ServiceClient {
    /// The operation's output, or nil where the service says that there is no such thing.
    func ifFound<Input, Output>(
        _ operation: Operation<Input, Output>, _ input: Input, as token: String?
    ) async throws -> Output? {
        let answer = try await send(operation, input, token)
        return answer.status == 404 ? nil : try read(answer, operation)
    }
}
