import CCurl
import EventLoop

/// One request in libcurl's hands.
@Loop final class Transfer {
    let easy: UnsafeMutableRawPointer
    let done = Promise<HTTPClientResponse>()
    private let isRepeatable: Bool
    private let limit: Int
    private let message: UnsafeMutablePointer<CChar>
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var headers = HTTPHeaders()
    private var body: [UInt8] = []
    private var wasTooLarge = false

    init(_ request: HTTPClientRequest, _ options: HTTPClientOptions) throws(HTTPClientError) {
        guard let easy = curl_easy_init() else { throw HTTPClientError(.invalidRequest, "libcurl has no room for a request") }
        self.easy = easy
        isRepeatable = request.isRepeatable
        limit = request.maxResponse ?? options.maxResponse
        message = .allocate(capacity: Int(CURL_ERROR_SIZE))
        message.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, message)
        try setTarget(request, options)
        try setFields(request, options)
        setBody(request)
        // The transfer lives in its client's table until libcurl has let go of it.
        let context = Unmanaged.passUnretained(self).toOpaque()
        ccurl_on_body(easy, bodyReceived, context)
        ccurl_on_header(easy, headerReceived, context)
    }

    isolated deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(fields)
        message.deallocate()
    }

    private func setTarget(_ request: HTTPClientRequest, _ options: HTTPClientOptions) throws(HTTPClientError) {
        guard !request.url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f }) else {
            throw HTTPClientError(.invalidRequest, "the URL contains a blank or a control character")
        }
        try set(CURLOPT_URL, request.url)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_PROXY, options.proxy ?? "")
        try set(CURLOPT_NOPROXY, "")
        if let path = request.unixSocket { try set(CURLOPT_UNIX_SOCKET_PATH, path) }
        if let file = options.certificateAuthorityFile {
            try set(CURLOPT_CAINFO, file)
            ccurl_set_text(easy, CURLOPT_CAPATH, nil)
        }
        if let file = options.certificateFile { try set(CURLOPT_SSLCERT, file) }
        if let file = options.keyFile { try set(CURLOPT_SSLKEY, file) }
        ccurl_set_long(easy, CURLOPT_NOSIGNAL, 1)
        ccurl_set_long(easy, CURLOPT_FOLLOWLOCATION, 0)
        ccurl_set_long(easy, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(options.connectTimeout))
        ccurl_set_long(easy, CURLOPT_TIMEOUT_MS, milliseconds(request.timeout ?? options.timeout))
        ccurl_set_size(easy, CURLOPT_MAXFILESIZE_LARGE, limit)
    }

    private func setFields(_ request: HTTPClientRequest, _ options: HTTPClientOptions) throws(HTTPClientError) {
        try set(CURLOPT_USERAGENT, options.userAgent)
        for (name, value) in request.headers {
            guard isToken(name), !value.utf8.contains(where: { $0 < 0x20 && $0 != 9 || $0 == 0x7f }) else {
                throw HTTPClientError(.invalidRequest, "the header \(name) contains what a header cannot")
            }
            // libcurl takes "Name;" for a field without a value.
            fields = curl_slist_append(fields, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        // What libcurl would add by itself: a form's type, and a wait before larger bodies.
        for name in ["Content-Type", "Expect"] where !request.headers.contains(name) { fields = curl_slist_append(fields, "\(name):") }
        ccurl_set_list(easy, CURLOPT_HTTPHEADER, fields)
    }

    private func setBody(_ request: HTTPClientRequest) {
        if request.method == "HEAD" {
            ccurl_set_long(easy, CURLOPT_NOBODY, 1)
        } else if let body = request.body {
            body.withUnsafeBytes { _ = ccurl_set_body(easy, $0.baseAddress ?? UnsafeRawPointer(message), $0.count) }
            ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        } else if request.method == "POST" || request.method == "PUT" || request.method == "PATCH" {
            ccurl_set_body(easy, message, 0)
            ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        } else if request.method != "GET" {
            ccurl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    private func set(_ option: CURLoption, _ text: String) throws(HTTPClientError) {
        guard ccurl_set_text(easy, option, text) == CURLE_OK else {
            throw HTTPClientError(.invalidRequest, "libcurl does not take \(text)")
        }
    }

    func received(header line: UnsafeRawBufferPointer) {
        let line = line.prefix { $0 != 13 && $0 != 10 }
        if line.starts(with: Array("HTTP/".utf8)) {
            headers = HTTPHeaders()
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            var value = line[line.index(after: colon)...].drop { $0 == 32 || $0 == 9 }
            while let last = value.last, last == 32 || last == 9 { value = value.dropLast() }
            headers.add(String(decoding: line[..<colon], as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
    }

    /// False when it is too much.
    func received(body bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= limit else {
            wasTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    func finish(_ code: CURLcode) {
        guard code == CURLE_OK else {
            let error = HTTPClientError(code, String(cString: message), isRepeatable: isRepeatable, wasTooLarge: wasTooLarge)
            return done.fail(error)
        }
        done.succeed(HTTPClientResponse(status: ccurl_status(easy), headers: headers, body: body))
    }
}

/// At least 1: 0 means without a limit to libcurl.
private func milliseconds(_ duration: Duration) -> Int {
    let (seconds, attoseconds) = duration.components
    return max(1, Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
}

/// RFC 9110, section 5.6.2.
private func isToken(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { byte in
        switch byte {
        case 48...57, 65...90, 97...122: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

private func transfer(_ context: UnsafeMutableRawPointer?) -> Transfer? {
    context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
}

private func bodyReceived(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    let called = Called((transfer(context), UnsafeRawBufferPointer(start: bytes, count: size * count)))
    return Loop.assumeIsolated { called.with.0?.received(body: called.with.1) == true ? size * count : 0 }
}

private func headerReceived(_ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?) -> Int {
    let called = Called((transfer(context), UnsafeRawBufferPointer(start: bytes, count: size * count)))
    Loop.assumeIsolated { called.with.0?.received(header: called.with.1) }
    return size * count
}
