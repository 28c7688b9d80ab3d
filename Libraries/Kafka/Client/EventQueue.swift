import CLibrdkafka
import CLinux
import EventLoop
import Glibc

/// A queue of the library whose events reach the loop through an eventfd.
@Loop final class EventQueue {
    /// Events handled in one go, so that a busy topic leaves the loop to others too.
    private static let mostAtOnce = 2000

    let pointer: OpaquePointer
    private let client: Client
    private let descriptor: Int32
    private var watch: Watch?
    private let signalled: @Loop (EventQueue) -> Void

    /// Takes over `queue`. `drained` is called when no event is left for now.
    convenience init(
        _ queue: OpaquePointer, of client: Client, _ handle: @escaping @Loop (consuming Event) -> Void,
        drained: @escaping @Loop () -> Void = {}
    ) throws(KafkaError) {
        try self.init(queue, of: client) { queue in
            queue.drain(handle)
            drained()
        }
    }

    /// Takes over `queue`. `signalled` is called when it is empty no more; what is not taken then stays until it is asked for.
    init(_ queue: OpaquePointer, of client: Client, signalled: @escaping @Loop (EventQueue) -> Void) throws(KafkaError) {
        pointer = queue
        self.client = client
        self.signalled = signalled
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        do {
            watch = try Loop.watch(descriptor, .readable, label: "Kafka's events") { [weak self] _ in self?.look() }
        } catch {
            throw KafkaError(code: .invalidArgument, reason: "Kafka's events cannot be watched: \(error)")
        }
        var one: UInt64 = 1
        rd_kafka_queue_io_event_enable(queue, descriptor, &one, 8)
        // What came before this line was not signalled, and nothing would be until it is taken.
        eventfd_write(descriptor, 1)
    }

    /// Tells of what is there as if the library had signalled it.
    ///
    /// The library signals only when the queue turns from empty to not: whoever stops early must come back by himself.
    func look() {
        guard watch != nil else { return }
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        signalled(self)
    }

    /// The next event, if there is one now.
    func next() -> Event? {
        guard watch != nil, let event = rd_kafka_queue_poll(pointer, 0) else { return nil }
        return Event(pointer: event)
    }

    /// How many events wait.
    var count: Int { watch == nil ? 0 : rd_kafka_queue_length(pointer) }

    private func drain(_ handle: @Loop (consuming Event) -> Void) {
        var handled = 0
        while let event = next() {
            handle(event)
            handled += 1
            if handled == Self.mostAtOnce {
                eventfd_write(descriptor, 1)
                return
            }
        }
    }

    /// Lets go of what waits, and closes.
    func discard() {
        while let event = next() { _ = consume event }
        close()
    }

    /// Must come before the client is destroyed.
    func close() {
        guard let watch else { return }
        watch.cancel()
        self.watch = nil
        rd_kafka_queue_io_event_enable(pointer, -1, nil, 0)
        rd_kafka_queue_destroy(pointer)
        Glibc.close(descriptor)
    }

    isolated deinit { close() }
}
