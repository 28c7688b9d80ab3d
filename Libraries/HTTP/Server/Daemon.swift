import CMicrohttpd
import EventLoop

/// What a C function was called with, on its way to the loop's state.
// proof: made within a callback and read only by ``Loop/assumeIsolated(_:)`` in that same callback, which runs its closure at once on the thread
// it is called on, or traps when that is not the loop's: no value is ever on two threads.
struct Called<Arguments>: @unchecked Sendable {  // proof: above
    let with: Arguments
    init(_ arguments: Arguments) { with = arguments }
}

extension HTTPServer {
    /// Starts libmicrohttpd on a listening socket, with this server as the context of its callbacks.
    func startDaemon(on socket: Int32, tls: (certificate: String, key: String)?) -> OpaquePointer? {
        var settings = cmhd_settings()
        settings.listen_socket = socket
        // At its own limit libmicrohttpd leaves newcomers hanging; ours, in `opened`, comes first.
        settings.connection_limit = UInt32(clamping: options.maxConnections + 64)
        settings.memory_limit = options.connectionMemory
        settings.idle_seconds = UInt32(clamping: max(1, options.idleTimeout.components.seconds))
        // The server outlives its daemon: it stops it before it can go.
        settings.context = Unmanaged.passUnretained(self).toOpaque()
        settings.request = requestArrived
        settings.completed = requestCompleted
        settings.connection = connectionChanged
        settings.target = targetArrived
        guard let tls else { return cmhd_start(&settings) }
        return tls.certificate.withCString { certificate in
            tls.key.withCString { key in
                settings.certificate = certificate
                settings.key = key
                return cmhd_start(&settings)
            }
        }
    }

    func connection(_ pointer: OpaquePointer) -> Connection? {
        guard let context = cmhd_socket_context(pointer) else { return nil }
        return Unmanaged<Connection>.fromOpaque(context).takeUnretainedValue()
    }
}

private func server(_ context: UnsafeMutableRawPointer?) -> HTTPServer? {
    context.map { Unmanaged<HTTPServer>.fromOpaque($0).takeUnretainedValue() }
}

private func connectionChanged(
    _ context: UnsafeMutableRawPointer?, _ pointer: OpaquePointer?,
    _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ change: MHD_ConnectionNotificationCode
) {
    let called = Called((server(context), pointer, kept, isStart: change.rawValue == 0))
    Loop.assumeIsolated {
        guard let server = called.with.0, let pointer = called.with.1, let kept = called.with.2 else { return }
        if called.with.isStart {
            let connection = Connection(pointer)
            kept.pointee = Unmanaged.passRetained(connection).toOpaque()
            server.opened(connection)
        } else if let opaque = kept.pointee {
            kept.pointee = nil
            server.closed(Unmanaged<Connection>.fromOpaque(opaque).takeRetainedValue())
        }
    }
}

/// Called with the first line of a request. Its answer becomes the context of the request, which begins later: nil.
private func targetArrived(
    _ context: UnsafeMutableRawPointer?, _ target: UnsafePointer<CChar>?, _ pointer: OpaquePointer?
) -> UnsafeMutableRawPointer? {
    let called = Called((server(context), pointer, target))
    Loop.assumeIsolated {
        guard let server = called.with.0, let pointer = called.with.1, let target = called.with.2,
            let connection = server.connection(pointer)
        else { return }
        server.began(connection, String(cString: target))
    }
    return nil
}

/// Called at the end of a request's head, with each piece of its body, at its end, and again after each suspension.
private func requestArrived(
    _ context: UnsafeMutableRawPointer?, _ pointer: OpaquePointer?, _ path: UnsafePointer<CChar>?,
    _ method: UnsafePointer<CChar>?, _ version: UnsafePointer<CChar>?, _ data: UnsafePointer<CChar>?,
    _ size: UnsafeMutablePointer<Int>?, _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
) -> MHD_Result {
    let called = Called((server(context), pointer, method, data, size, kept))
    return Loop.assumeIsolated {
        guard let server = called.with.0, let pointer = called.with.1, let method = called.with.2,
            let size = called.with.4, let kept = called.with.5, let connection = server.connection(pointer)
        else { return cmhd_result(false) }
        guard let opaque = kept.pointee else {
            let exchange = Exchange(server, connection, pointer, method: String(cString: method))
            kept.pointee = Unmanaged.passRetained(exchange).toOpaque()
            return cmhd_result(exchange.headArrived())
        }
        let exchange = Unmanaged<Exchange>.fromOpaque(opaque).takeUnretainedValue()
        guard size.pointee > 0, let data = called.with.3 else { return cmhd_result(exchange.proceed()) }
        let bytes = UnsafeRawBufferPointer(start: data, count: size.pointee)
        let (goesOn, taken) = exchange.bodyArrived(bytes)
        size.pointee -= taken
        return cmhd_result(goesOn)
    }
}

private func requestCompleted(
    _ context: UnsafeMutableRawPointer?, _ pointer: OpaquePointer?,
    _ kept: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, _ reason: MHD_RequestTerminationCode
) {
    let called = Called((server(context), pointer, kept, isComplete: reason.rawValue == 0))
    Loop.assumeIsolated {
        guard let server = called.with.0, let pointer = called.with.1, let kept = called.with.2 else { return }
        if let connection = server.connection(pointer) { server.ended(connection) }
        guard let opaque = kept.pointee else { return }
        kept.pointee = nil
        Unmanaged<Exchange>.fromOpaque(opaque).takeRetainedValue().ended(isComplete: called.with.isComplete)
    }
}
