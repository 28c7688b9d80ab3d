import CMicrohttpd
import Contracts
import EventLoop
import Glibc
import Telemetry

/// How far the answer of an exchange is.
struct Sending {
    var hasBegun = false
    var status = 0
    var fixedSize = 0
    var writer: BodyWriter?
    var producer: Task<Void, Never>?

    @Loop var size: Int { writer?.sent ?? fixedSize }

    @Loop func breakOff() {
        producer?.cancel()
        writer?.breakOff()
    }
}

extension Exchange {
    /// Larger answers are allowed as long as the client keeps taking bytes.
    private static let promptSize = 1 << 20

    /// Gives the answer to libmicrohttpd; false when it does not take it.
    func send(_ response: HTTPResponse) -> Bool {
        guard let pointer else { return false }
        guard let prepared = prepare(response.body) else {
            return send(server.problem(.notFound, nil, request))
        }
        defer { MHD_destroy_response(prepared) }
        for (name, value) in response.headers where MHD_add_response_header(prepared, name, value) == cmhd_result(false) {
            Log.error("a header of an answer is not valid and was left out", ["name": "\(name)", "path": "\(request.path)"])
        }
        if server.isStopping { MHD_add_response_header(prepared, "Connection", "close") }
        sending.hasBegun = true
        sending.status = response.status
        let isPrompt = sending.writer == nil && sending.fixedSize <= Self.promptSize
        connection.expect(by: isPrompt ? ContinuousClock.now + server.options.requestTimeout : nil)
        return MHD_queue_response(pointer, UInt32(response.status), prepared) == cmhd_result(true)
    }

    /// Nil when there is no such file.
    private func prepare(_ body: HTTPResponse.Body) -> OpaquePointer? {
        switch body {
        case .empty: return cmhd_response("", 0)
        case .bytes(let bytes):
            if request.method != "HEAD" { sending.fixedSize = bytes.count }
            return bytes.withUnsafeBytes { cmhd_response($0.baseAddress ?? UnsafeRawPointer(bitPattern: 1), $0.count) }
        case .file(let path):
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { return nil }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
                close(descriptor)
                return nil
            }
            if request.method != "HEAD" { sending.fixedSize = Int(status.st_size) }
            return MHD_create_response_from_fd64(UInt64(status.st_size), descriptor)
        case .stream(let stream):
            let writer = BodyWriter()
            sending.writer = writer
            writer.onProgress = { [weak self] in self?.resume() }
            if request.method != "HEAD" { sending.producer = Loop.spawn { await produce(stream, into: writer) } }
            // Released by libmicrohttpd together with the response.
            let context = Unmanaged.passRetained(self).toOpaque()
            return cmhd_streamed_response(16 * 1024, streamWanted, context, streamReleased)
        }
    }

    /// libmicrohttpd has room for more of the stream.
    fileprivate func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let writer = sending.writer else { return cmhd_broken_stream() }
        let count = writer.take(into: buffer)
        if count > 0 { return count }
        switch writer.ending {
        case .success?: return cmhd_end_of_stream()
        case .failure?: return cmhd_broken_stream()
        case nil:
            suspend()
            return isSuspended ? 0 : cmhd_broken_stream()
        }
    }
}

@Loop private func produce(_ stream: ResponseStream, into writer: BodyWriter) async {
    do {
        try await stream.produce(writer)
        writer.end(.success(()))
    } catch {
        if !(error is CancellationError) { Log.error("an answer broke off", ["error": .error(error)]) }
        writer.end(.failure(error))
    }
}

private func streamWanted(
    _ context: UnsafeMutableRawPointer?, _ position: UInt64, _ buffer: UnsafeMutablePointer<CChar>?, _ size: Int
) -> Int {
    let called = Called((context, buffer))
    return Loop.assumeIsolated {
        guard let context = called.with.0, let buffer = called.with.1 else { return cmhd_broken_stream() }
        let exchange = Unmanaged<Exchange>.fromOpaque(context).takeUnretainedValue()
        return exchange.fill(UnsafeMutableRawBufferPointer(start: buffer, count: size))
    }
}

private func streamReleased(_ context: UnsafeMutableRawPointer?) {
    guard let context else { return }
    Unmanaged<Exchange>.fromOpaque(context).release()
}
