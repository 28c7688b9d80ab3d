/// A request to another service.
public struct HTTPClientRequest: Sendable {
    public var method: String
    /// `http://` or `https://`; for a Unix socket its host is what the server sees in `Host`.
    public var url: String
    public var headers: HTTPHeaders
    public var body: [UInt8]?
    /// From now to the last byte of the answer; nil: the client's.
    public var timeout: Duration?
    /// Connects here instead of to the URL's host.
    public var unixSocket: String?
    /// Bytes of the answer's body; nil: the client's limit.
    public var maxResponse: Int?

    public init(
        _ method: String = "GET", url: String, headers: HTTPHeaders = [:], body: [UInt8]? = nil, timeout: Duration? = nil,
        unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeout = timeout
        self.unixSocket = unixSocket
    }

    /// Whether sending it twice does what sending it once does (RFC 9110, section 9.2.2, or by its key).
    var isRepeatable: Bool {
        ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"].contains(method) || headers.contains("Idempotency-Key")
    }
}

/// An answer, complete.
public struct HTTPClientResponse: Sendable {
    public var status: Int
    public var headers: HTTPHeaders
    public var body: [UInt8]
}

/// How a client connects and what it allows.
public struct HTTPClientOptions: Sendable {
    public var connectTimeout: Duration = .seconds(5)
    /// Of a whole request that does not say otherwise.
    public var timeout: Duration = .seconds(30)
    /// Bytes of an answer's body.
    public var maxResponse = 16 * 1024 * 1024
    /// Certificates in PEM that servers are checked against, instead of the system's.
    public var certificateAuthorityFile: String?
    /// A certificate and key of our own in PEM, for servers that ask.
    public var certificateFile: String?
    public var keyFile: String?
    /// `http://proxy:3128`; the environment's proxies are not looked at.
    public var proxy: String?
    /// Idle connections kept for the next request.
    public var maxIdleConnections = 64
    public var maxConnectionsPerHost = 64
    public var userAgent = "egov"

    public init() {}
}
