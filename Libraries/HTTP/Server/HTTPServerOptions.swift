public import Contracts
import EventLoop

/// How a server listens and what it allows.
public struct HTTPServerOptions: Sendable {
    /// `127.0.0.1:8101`, `[::1]:8101`, or `unix:/run/service.sock`; port 0 takes a free one.
    public var listen: String
    /// Files in PEM with the certificate chain and the private key; both or neither.
    public var certificateFile: String?
    public var keyFile: String?

    /// Connections at once; for a newcomer beyond them the one is closed whose client has kept the server waiting longest.
    public var maxConnections = 12_000
    /// Requests worked on at once; more do not make a loop faster, only each of them slower.
    public var maxRequests = 512
    /// Complete requests that may wait for a place among those; more are answered with 503 at once.
    public var maxWaiting = 1024
    /// How long a request may wait for its place before it is answered with 503.
    public var maxWait: Duration = .seconds(1)
    /// Bytes of all bodies that are kept until they are complete and worked on; beyond them the slowest to send theirs is
    /// closed, or else the request answered with 503.
    public var maxBodyBytes = 32 << 20
    /// Bytes of memory of a connection for heads and buffers; a request whose head does not fit is answered with 431.
    /// All of it stays resident after the first request, and is nearly all that an idle connection costs: 10,000 at 110 MB leave
    /// no more than this. Heads of 5 KB fit.
    public var connectionMemory = 6 * 1024
    /// From the first byte of a request to the end of its head.
    public var headTimeout: Duration = .seconds(10)
    /// From the end of the head to the end of the body.
    public var bodyTimeout: Duration = .seconds(30)
    /// From the first byte of a request until its answer is ready.
    public var requestTimeout: Duration = .seconds(60)
    /// Without a byte in either direction, between requests or while an answer is sent; whole seconds.
    public var idleTimeout: Duration = .seconds(75)

    /// Completes a problem document that the server makes itself (404, 405 …), for instance with a trace id.
    public var completeProblem: (@Loop @Sendable (inout Problem, HTTPRequest) -> Void)?
    /// Told of every request once its answer is sent or its connection lost.
    public var onFinished: (@Loop @Sendable (FinishedRequest) -> Void)?

    public init(listen: String, certificateFile: String? = nil, keyFile: String? = nil) {
        self.listen = listen
        self.certificateFile = certificateFile
        self.keyFile = keyFile
    }
}

/// What became of a request.
public struct FinishedRequest: Sendable {
    public let method: String
    /// The route's template, nil when none was found.
    public let route: String?
    public let path: String
    public let remote: String
    /// 0 when the connection was closed without an answer.
    public let status: Int
    /// From its first line to the last byte of its answer.
    public let duration: Duration
    public let bytesReceived: Int
    /// Of the answer's body.
    public let bytesSent: Int
    /// Whether the answer reached the client's socket whole.
    public let isComplete: Bool
}

/// Why a server cannot start.
public struct HTTPServerError: Error, CustomStringConvertible {
    public let description: String
}
