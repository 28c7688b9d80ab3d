import CLinux
import Glibc

/// The pipe that signal handlers write to and the loop reads from.
@Loop final class SignalPipe {
    private var descriptors: (read: Int32, write: Int32)?
    private var handlers: [Int32: [SignalWatch]] = [:]

    func add(_ watch: SignalWatch) throws(LoopError) {
        let pipe = try open()
        guard clinux_signal_to(watch.number, pipe.write) == 0 else { throw LoopError(call: "sigaction", number: errno) }
        handlers[watch.number, default: []].append(watch)
    }

    func remove(_ watch: SignalWatch) {
        handlers[watch.number]?.removeAll { $0 === watch }
        if handlers[watch.number]?.isEmpty == true {
            handlers[watch.number] = nil
            clinux_signal_default(watch.number)
        }
    }

    private func open() throws(LoopError) -> (read: Int32, write: Int32) {
        if let descriptors { return descriptors }
        var pair: [Int32] = [0, 0]
        guard clinux_pipe(&pair) == 0 else { throw LoopError(call: "pipe2", number: errno) }
        let opened = (read: pair[0], write: pair[1])
        try Loop.watch(opened.read, .readable, label: "signals") { [weak self] _ in self?.drain(opened.read) }
        descriptors = opened
        return opened
    }

    private func drain(_ descriptor: Int32) {
        var bytes = [UInt8](repeating: 0, count: 64)
        while true {
            let count = read(descriptor, &bytes, bytes.count)
            guard count > 0 else { return }
            for byte in bytes[..<count] { handlers[Int32(byte)]?.forEach { $0.body() } }
        }
    }
}

/// A signal the loop takes; its default action returns with the last ``cancel()``.
@Loop public final class SignalWatch {
    let number: Int32
    let body: @Loop () -> Void

    init(_ number: Int32, _ body: @escaping @Loop () -> Void) {
        self.number = number
        self.body = body
    }

    public func cancel() { Loop.reactor.signals.remove(self) }
}

extension Loop {
    /// Calls `body` on the loop, outside any signal handler, whenever the process gets signal `number`.
    @Loop @discardableResult
    public static func onSignal(_ number: Int32, _ body: @escaping @Loop () -> Void) throws(LoopError) -> SignalWatch {
        let watch = SignalWatch(number, body)
        try reactor.signals.add(watch)
        return watch
    }
}
