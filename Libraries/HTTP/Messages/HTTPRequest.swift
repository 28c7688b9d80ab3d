/// A request as its handler sees it: routed, within the limits of its route.
public struct HTTPRequest: Sendable {
    /// As sent, in capitals by convention: `GET`, `POST` …
    public var method: String
    /// The request target as sent: path and query, still encoded.
    public var target: String
    /// The path as sent, still percent-encoded; a route's parameters are decoded.
    public var path: String
    /// The decoded query, in order; a name may come more than once.
    public var query: [(name: String, value: String)]
    public var headers: HTTPHeaders
    /// The peer's address: `192.0.2.1`, `2001:db8::1`, or `unix`.
    public var remote: String
    public var body: RequestBody

    public init(
        method: String, target: String, query: [(name: String, value: String)] = [], headers: HTTPHeaders = [:],
        remote: String = "unix", body: RequestBody = .none
    ) {
        self.method = method
        self.target = target
        path = String(Substring(target.utf8.prefix { $0 != UInt8(ascii: "?") }))
        self.query = query
        self.headers = headers
        self.remote = remote
        self.body = body
    }

    /// The first value of a query parameter.
    public func query(_ name: String) -> String? { query.first { $0.name == name }?.value }
}
