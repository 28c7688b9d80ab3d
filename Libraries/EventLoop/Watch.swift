import CLinux

/// What a descriptor is watched for, and what came of it.
public struct LoopEvents: OptionSet, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static let readable = LoopEvents(rawValue: 1)
    public static let writable = LoopEvents(rawValue: 2)
    /// The peer left or half-closed; also reported for errors of the descriptor.
    public static let hangup = LoopEvents(rawValue: 4)
    /// Asked for only: tell of a change once, not as long as it lasts.
    public static let edgeTriggered = LoopEvents(rawValue: 8)

    var epoll: UInt32 {
        var events: UInt32 = 0
        if contains(.readable) { events |= EPOLLIN.rawValue }
        if contains(.writable) { events |= EPOLLOUT.rawValue }
        if contains(.hangup) { events |= EPOLLRDHUP.rawValue }
        if contains(.edgeTriggered) { events |= EPOLLET.rawValue }
        return events
    }

    init(epoll events: UInt32) {
        var found: LoopEvents = []
        if events & EPOLLIN.rawValue != 0 { found.insert(.readable) }
        if events & EPOLLOUT.rawValue != 0 { found.insert(.writable) }
        if events & (EPOLLRDHUP.rawValue | EPOLLHUP.rawValue | EPOLLERR.rawValue) != 0 { found.insert(.hangup) }
        self = found
    }
}

/// One descriptor in the loop. It stays watched until ``cancel()``, which must come before the descriptor is closed.
@Loop public final class Watch {
    public let descriptor: Int32
    let label: String
    var events: LoopEvents
    var body: (@Loop (LoopEvents) -> Void)?
    var generation: UInt32 = 0

    init(_ descriptor: Int32, _ label: String, _ events: LoopEvents, _ body: @escaping @Loop (LoopEvents) -> Void) {
        self.descriptor = descriptor
        self.label = label
        self.events = events
        self.body = body
    }

    /// Watches for something else from now on.
    public func change(to events: LoopEvents) {
        guard body != nil, events != self.events else { return }
        self.events = events
        // It was added once with the same arguments; what can fail here is memory, and then the next event is late.
        try? Loop.reactor.change(self)
    }

    public func cancel() {
        guard body != nil else { return }
        body = nil
        Loop.reactor.remove(self)
    }
}

/// Something done in every turn of the loop, until ``cancel()``.
@Loop public final class TurnHook {
    let phase: TurnPhase
    var body: (@Loop () -> Void)?

    init(_ phase: TurnPhase, _ body: @escaping @Loop () -> Void) {
        self.phase = phase
        self.body = body
    }

    public func cancel() {
        body = nil
        Loop.reactor.remove(self)
    }
}

extension Loop {
    /// Calls `body` on the loop whenever `descriptor` has one of `events`.
    ///
    /// - Parameter label: what the watchdog calls it when it holds the loop up.
    /// - Throws: ``LoopError`` when the descriptor cannot be watched (closed, a plain file, watched already).
    @Loop @discardableResult
    public static func watch(
        _ descriptor: Int32, _ events: LoopEvents, label: String = "a descriptor", _ body: @escaping @Loop (LoopEvents) -> Void
    ) throws(LoopError) -> Watch {
        let watch = Watch(descriptor, label, events, body)
        try reactor.add(watch)
        return watch
    }

    /// Calls `body` in every turn, in the given phase.
    @Loop @discardableResult
    public static func eachTurn(_ phase: TurnPhase, _ body: @escaping @Loop () -> Void) -> TurnHook {
        let hook = TurnHook(phase, body)
        reactor.add(hook)
        return hook
    }
}
