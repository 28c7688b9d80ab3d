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
    private let handle: @Loop (consuming Event) -> Void
    private let drained: @Loop () -> Void

    /// Takes over `queue`. `drained` is called when no event is left for now.
    init(
        _ queue: OpaquePointer, of client: Client, _ handle: @escaping @Loop (consuming Event) -> Void,
        drained: @escaping @Loop () -> Void = {}
    ) throws(KafkaError) {
        pointer = queue
        self.client = client
        self.handle = handle
        self.drained = drained
        descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        do {
            watch = try Loop.watch(descriptor, .readable, label: "Kafka's events") { [weak self] _ in self?.drain() }
        } catch {
            throw KafkaError(code: .invalidArgument, reason: "Kafka's events cannot be watched: \(error)")
        }
        var one: UInt64 = 1
        rd_kafka_queue_io_event_enable(queue, descriptor, &one, 8)
        // What came before this line was not signalled, and nothing would be until it is taken.
        eventfd_write(descriptor, 1)
    }

    /// Handles what is there. The library signals only when the queue turns from empty to not: whoever stops early must come back by himself.
    func drain() {
        guard watch != nil else { return }
        var count: eventfd_t = 0
        eventfd_read(descriptor, &count)
        var handled = 0
        while watch != nil, let event = rd_kafka_queue_poll(pointer, 0) {
            handle(Event(pointer: event))
            handled += 1
            if handled == Self.mostAtOnce {
                eventfd_write(descriptor, 1)
                break
            }
        }
        drained()
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
