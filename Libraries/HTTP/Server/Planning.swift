public import Contracts
import EventLoop
import Telemetry

/// What to do with a request, decided by its head alone; and what its handler's errors mean.
extension HTTPServer {
    static let refused = Metrics.counters(
        "egov_http_refused_total", "Requests that no operation has seen: no such path, method, media type or size.", labels: "status")

    func plan(for request: inout HTTPRequest) -> Exchange.Plan {
        let size = BodySize(request.headers)
        if case .unreadable(let why) = size { return refuse(.malformed, why, request, mayGoOn: false) }
        let target: Target
        do {
            target = try Target(request.target)
        } catch {
            return refuse(.malformed, "the \(error.part.rawValue) of the request cannot be read: \(error.reason)", request)
        }
        request.path = target.path
        request.query = target.query
        if request.method == "OPTIONS", request.target == "*" {
            return .refuse(HTTPResponse(status: 204), mayGoOn: true)
        }
        switch router.match(request.method, target.segments) {
        case .nothing: return refuse(.notFound, nil, request)
        case .options(let methods):
            return .refuse(HTTPResponse(status: 204, headers: ["Allow": methods.joined(separator: ", ")]), mayGoOn: true)
        case .notAllowed(let methods):
            return refuse(.methodNotAllowed, nil, request, ["Allow": methods.joined(separator: ", ")])
        case .route(let route, let parameters):
            if !route.isAlwaysAdmitted, admission.isFull { return .refuse(overloaded(request), mayGoOn: true) }
            if size.exceeds(route.maxBody) {
                HTTPServer.refused["413"].increment()
                return .refuse(tooLarge(route.maxBody, request), mayGoOn: true)
            }
            if !route.produces.isEmpty, !accepts(request.headers.list("Accept"), oneOf: route.produces) {
                return refuse(.notAcceptable, "answers here are \(route.produces.joined(separator: ", "))", request)
            }
            if !size.isNone, !isReadable(request.headers["Content-Type"], by: route) {
                let types = route.consumes.joined(separator: ", ")
                return refuse(.unsupportedMediaType, "a body here is \(types), in UTF-8", request, ["Accept": types])
            }
            return .handle(route, parameters)
        }
    }

    private func isReadable(_ contentType: String?, by route: Route) -> Bool {
        guard let contentType else { return route.consumes.contains("*/*") }
        if route.consumes.contains(contentType) { return true }
        guard let type = MediaType(contentType) else { return false }
        return route.consumes.contains { type.fits($0) }
    }

    private func refuse(
        _ kind: ProblemKind, _ detail: String?, _ request: HTTPRequest, _ headers: HTTPHeaders = [:], mayGoOn: Bool = true
    ) -> Exchange.Plan {
        HTTPServer.refused["\(kind.status)"].increment()
        return .refuse(problem(kind, detail, request, headers), mayGoOn: mayGoOn)
    }

    /// A problem of the server's own, in the client's language, completed by the service.
    func problem(
        _ kind: ProblemKind, status: Int? = nil, _ detail: String?, _ request: HTTPRequest, _ headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        var problem = Problem(kind, Language.preferred(request.headers.list("Accept-Language")), detail: detail)
        if let status { problem.status = status }
        problem.instance = request.path
        options.completeProblem?(&problem, request)
        var response = HTTPResponse.problem(problem)
        for (name, value) in headers { response.headers.add(name, value) }
        return response
    }

    func tooLarge(_ limit: Int, _ request: HTTPRequest) -> HTTPResponse {
        problem(.tooLarge, "a body here has at most \(limit) bytes", request)
    }

    func unavailable(_ request: HTTPRequest) -> HTTPResponse {
        problem(.unavailable, nil, request, ["Retry-After": "1"])
    }

    /// Who asks when too much is under way already; made once for each language, so that it costs next to nothing.
    func overloaded(_ request: HTTPRequest) -> HTTPResponse {
        admission.noteRefusal()
        return comeBack[Language.preferred(request.headers.list("Accept-Language"))] ?? unavailable(request)
    }

    func timedOut(_ request: HTTPRequest) -> HTTPResponse {
        // Not 408: the client was quick enough, and may ask again with the same key.
        problem(.timeout, status: 503, nil, request, ["Retry-After": "1"])
    }

    /// Runs the handler and turns whatever it throws into an answer.
    func answer(_ request: HTTPRequest, _ route: Route, _ parameters: [String: String]) async -> Exchange.Answer {
        Loop.activity = route.template
        do {
            return .response(try await route.handler(request, parameters))
        } catch let problem as Problem {
            return .response(.problem(problem))
        } catch let refusal as Refusal {
            return .response(.problem(Problem(refusal, Language.preferred(request.headers.list("Accept-Language")))))
        } catch let error as BodyTooLarge {
            return .response(tooLarge(error.limit, request))
        } catch is CancellationError {
            return .close
        } catch is BodyBrokenOff {
            return .close
        } catch {
            Log.error("a request failed", ["method": "\(request.method)", "route": "\(route.template)", "error": .error(error)])
            return .response(problem(.fault, nil, request))
        }
    }
}

extension HTTPResponse {
    /// A problem document with its own status.
    public static func problem(_ problem: Problem) -> HTTPResponse {
        // A problem is texts and one number: it always encodes.
        let bytes = (try? JSON.encode(problem)) ?? []
        return HTTPResponse(
            status: problem.status, headers: ["Content-Type": Problem.mediaType, "Cache-Control": "no-store"], body: .bytes(bytes))
    }
}

private let comeBack: [Language: HTTPResponse] = {
    Dictionary(uniqueKeysWithValues: Language.allCases.map { language in
        var response = HTTPResponse.problem(Problem(.unavailable, language))
        response.headers.add("Retry-After", "1")
        return (language, response)
    })
}()
