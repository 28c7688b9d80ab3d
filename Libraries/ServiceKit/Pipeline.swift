import Contracts
import EventLoop
import Glibc
import HTTP
import Telemetry
import Trust

/// From an HTTP request to its answer: trace, caller, rights, key, content, then the operation's own shape.
extension Kernel {
    func respond(to request: HTTPRequest, _ parameters: [String: String], _ route: Route) async -> HTTPResponse {
        return await TraceContext.$current.withValue(.received(request.headers["traceparent"])) {
            let started = Loop.now
            let language = Language.preferred(request.headers["Accept-Language"])
            Loop.activity = route.name
            let response: HTTPResponse
            do {
                response = try await carryOut(request, parameters, route, language)
            } catch {
                response = self.response(to: error, language, operation: route.name)
            }
            let duration = Loop.now - started
            route.metrics.answered(response.status, in: duration)
            Log.debug("answered", ["operation": "\(route.name)", "status": .int(response.status), "seconds": .seconds(duration)])
            return response
        }
    }

    private func carryOut(
        _ request: HTTPRequest, _ parameters: [String: String], _ route: Route, _ language: Language
    ) async throws -> HTTPResponse {
        let caller = try caller(of: request, language)
        guard route.admits(caller) else {
            throw caller == .anonymous ? Problem(.unauthenticated, language) : Problem(.forbidden, language)
        }
        var idempotency: (key: String, hash: [UInt8])?
        var content: JSONValue?
        if route.changes {
            let key = try idempotencyKey(of: request, language)
            let body = try await request.body.collect()
            if !body.isEmpty { content = try JSON.parse(body) }
            let ifMatch = request.headers["If-Match"] ?? ""
            idempotency = (key, Digest.sha256(Array("\(request.method) \(request.target)\n\(ifMatch)\n".utf8) + body))
            if route.needsVersion, ifMatch.isEmpty { throw Problem(.preconditionRequired, language) }
        }
        let exchange = Exchange(
            kernel: self, route: route, caller: caller, language: language, path: parameters, query: request.query.map { ($0.name, $0.value) },
            content: content, ifMatch: request.headers["If-Match"], idempotency: idempotency)
        Loop.activity = route.name
        let answer = try await route.run(exchange)
        var response = HTTPResponse.json(answer.body, status: answer.status)
        if answer.status >= 400 { response.headers["Content-Type"] = Problem.mediaType }
        if let version = answer.version { response.headers["ETag"] = ETag.tag(version) }
        return response
    }

    /// Who calls, by a token and nothing else.
    private func caller(of request: HTTPRequest, _ language: Language) throws -> Caller {
        guard let header = request.headers["Authorization"] else { return .anonymous }
        guard let token = bearerToken(header) else {
            throw Problem(.unauthenticated, language, detail: "Authorization: Bearer <token>", rule: "token")
        }
        return try tokens.verify(token).caller
    }

    private func idempotencyKey(of request: HTTPRequest, _ language: Language) throws -> String {
        guard let key = request.headers["Idempotency-Key"] else { throw Problem(.keyMissing, language) }
        guard (1...128).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            throw Problem(.malformed, language, detail: "Idempotency-Key: 1-128 ASCII, no spaces", rule: "idempotency-key")
        }
        return key
    }
}

/// The token of an `Authorization` header (RFC 6750, section 2.1), whose scheme is written in any case.
func bearerToken(_ header: String) -> String? {
    var header = header
    return header.withUTF8 { bytes in
        let scheme: StaticString = "bearer "
        guard bytes.count > scheme.utf8CodeUnitCount, (0..<scheme.utf8CodeUnitCount).allSatisfy({ bytes[$0] | 0x20 == scheme.utf8Start[$0] })
        else { return nil }
        let token = UnsafeBufferPointer(rebasing: bytes[scheme.utf8CodeUnitCount...].drop { $0 == UInt8(ascii: " ") })
        guard let start = token.baseAddress, !token.isEmpty, memchr(start, 0x20, token.count) == nil else { return nil }
        return String(decoding: token, as: UTF8.self)
    }
}
