import EventLoop

/// Which handler answers which method and path.
///
/// A template is a path whose segments are texts or `{name}`. A text wins over a parameter, so `/persons/count` and
/// `/persons/{iin}` live side by side; a path with a slash at its end is another path. `HEAD` is answered by the route of
/// `GET`, `OPTIONS` by the router.
public struct Router: Sendable {
    public typealias Handler = @Loop @Sendable (HTTPRequest, [String: String]) async throws -> HTTPResponse

    /// The largest body of a route that does not say otherwise, in bytes.
    public static let usualMaxBody = 64 * 1024

    private var root = RouteTree()

    public init() {}

    /// Adds a route.
    ///
    /// - Parameters:
    ///   - template: `/v1/applications/{number}`. Two routes of one method and template, or a template that is none, stop the program.
    ///   - consumes: media types that a body may have, `*/*` for any; otherwise 415.
    ///   - produces: media types that answers have; a client whose `Accept` takes none of them gets 406. Empty: not checked.
    ///   - maxBody: bytes; a larger body is refused with 413.
    ///   - streamsBody: the handler starts before the body is here and reads it in chunks.
    ///   - timeout: from the first byte of a request until its answer is ready; nil: the server's.
    ///   - isAlwaysAdmitted: worked on however many others are: what an operator needs to see in an overload.
    public mutating func add(
        _ method: String, _ template: String, consumes: [String] = ["application/json"],
        produces: [String] = ["application/json"], maxBody: Int = Router.usualMaxBody, streamsBody: Bool = false,
        timeout: Duration? = nil, isAlwaysAdmitted: Bool = false, _ handler: @escaping Handler
    ) {
        let segments = template.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        precondition(template.hasPrefix("/"), "the route \(template) does not begin with /")
        let route = Route(
            method: method, template: template,
            names: segments.compactMap(parameterName), consumes: consumes, produces: produces, maxBody: maxBody,
            streamsBody: streamsBody, timeout: timeout, isAlwaysAdmitted: isAlwaysAdmitted, handler: handler)
        precondition(Set(route.names).count == route.names.count, "the route \(template) has a parameter twice")
        let isNew = root.insert(route, at: segments)
        precondition(isNew, "the route \(method) \(template) is there already")
    }

    /// Every route's method and template, sorted by template.
    public var routes: [(method: String, template: String)] {
        root.all.map { ($0.method, $0.template) }.sorted { ($0.template, $0.method) < ($1.template, $1.method) }
    }

    func match(_ method: String, _ segments: [String]) -> Match {
        var values: [String] = []
        guard let routes = root.find(segments[...], &values) else { return .nothing }
        guard let route = routes[method] ?? (method == "HEAD" ? routes["GET"] : nil) else {
            var allowed = Set(routes.keys).union(["OPTIONS"])
            if allowed.contains("GET") { allowed.insert("HEAD") }
            return method == "OPTIONS" ? .options(allowed.sorted()) : .notAllowed(allowed.sorted())
        }
        return .route(route, Dictionary(uniqueKeysWithValues: zip(route.names, values)))
    }

    enum Match {
        case route(Route, [String: String])
        case options([String])
        case notAllowed([String])
        case nothing
    }
}

/// One entry of the router; an object, since every request holds on to its own.
final class Route: Sendable {
    let method: String
    let template: String
    let names: [String]
    let consumes: [String]
    let produces: [String]
    let maxBody: Int
    let streamsBody: Bool
    let timeout: Duration?
    let isAlwaysAdmitted: Bool
    let handler: Router.Handler

    init(
        method: String, template: String, names: [String], consumes: [String], produces: [String], maxBody: Int, streamsBody: Bool,
        timeout: Duration?, isAlwaysAdmitted: Bool, handler: @escaping Router.Handler
    ) {
        self.method = method
        self.template = template
        self.names = names
        self.consumes = consumes
        self.produces = produces
        self.maxBody = maxBody
        self.streamsBody = streamsBody
        self.timeout = timeout
        self.isAlwaysAdmitted = isAlwaysAdmitted
        self.handler = handler
    }
}

/// The name in `{name}`, nil for a segment that is a text.
private func parameterName(_ segment: Substring) -> String? {
    guard segment.first == "{", segment.last == "}", segment.count > 2 else {
        precondition(!segment.contains { $0 == "{" || $0 == "}" }, "the segment \(segment) is neither a text nor {name}")
        return nil
    }
    return String(segment.dropFirst().dropLast())
}

/// The routes by segment.
struct RouteTree: Sendable {
    private var texts: [String: RouteTree] = [:]
    private var parameter: [RouteTree] = []
    private var routes: [String: Route] = [:]

    /// False when the place is taken.
    mutating func insert(_ route: Route, at segments: ArraySlice<Substring>) -> Bool {
        guard let first = segments.first else {
            guard routes[route.method] == nil else { return false }
            routes[route.method] = route
            return true
        }
        guard parameterName(first) != nil else {
            return texts[String(first), default: RouteTree()].insert(route, at: segments.dropFirst())
        }
        if parameter.isEmpty { parameter.append(RouteTree()) }
        return parameter[0].insert(route, at: segments.dropFirst())
    }

    /// The routes of a path, and the values of its parameters; a parameter is never empty.
    func find(_ segments: ArraySlice<String>, _ values: inout [String]) -> [String: Route]? {
        guard let first = segments.first else { return routes.isEmpty ? nil : routes }
        if let child = texts[first], let found = child.find(segments.dropFirst(), &values) { return found }
        guard let child = parameter.first, !first.isEmpty else { return nil }
        values.append(first)
        if let found = child.find(segments.dropFirst(), &values) { return found }
        values.removeLast()
        return nil
    }

    var all: [Route] { Array(routes.values) + texts.values.flatMap(\.all) + parameter.flatMap(\.all) }
}
