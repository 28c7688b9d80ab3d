import CCurl

/// Why a request of ours got no answer.
public struct HTTPClientError: Error, Sendable, CustomStringConvertible {
    public enum Kind: String, Sendable {
        /// The URL, a header or an option cannot be used.
        case invalidRequest
        /// No address, or nobody there: the request was not sent.
        case cannotConnect
        case timeout
        /// No secure connection: certificate, name or protocol.
        case tls
        /// The answer is larger than allowed.
        case tooLarge
        /// The connection ended before the answer was complete.
        case connectionLost
        /// What came is no HTTP.
        case protocolViolation
        /// The waiting task was cancelled.
        case cancelled
    }

    public let kind: Kind
    public let message: String
    /// Whether trying again may succeed and cannot do harm: nothing was sent, or the request may be repeated.
    public let isRetriable: Bool

    public var description: String { "\(kind.rawValue): \(message)" }

    init(_ kind: Kind, _ message: String, isRetriable: Bool = false) {
        self.kind = kind
        self.message = message
        self.isRetriable = isRetriable
    }

    init(_ code: CURLcode, _ detail: String, isRepeatable: Bool, wasTooLarge: Bool) {
        let text = detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        switch code {
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_BAD_FUNCTION_ARGUMENT: self.init(.invalidRequest, text)
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT:
            self.init(.cannotConnect, text, isRetriable: true)
        case CURLE_OPERATION_TIMEDOUT: self.init(.timeout, text, isRetriable: isRepeatable)
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
            CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS:
            self.init(.tls, text)
        case CURLE_FILESIZE_EXCEEDED: self.init(.tooLarge, text)
        case CURLE_WRITE_ERROR where wasTooLarge: self.init(.tooLarge, "the answer is larger than allowed")
        case CURLE_GOT_NOTHING, CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_PARTIAL_FILE, CURLE_HTTP2, CURLE_HTTP2_STREAM:
            self.init(.connectionLost, text, isRetriable: isRepeatable)
        default: self.init(.protocolViolation, text)
        }
    }
}
