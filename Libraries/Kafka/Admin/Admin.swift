import CLibrdkafka
public import EventLoop

/// Asks the brokers about topics and groups, and changes topics. For operators' tools, set-up and tests.
@Loop public final class Admin {
    let client: Client
    let timeout: Duration
    private var answers: EventQueue?
    private var main: EventQueue?
    private var open: [UInt: Question] = [:]
    private var last: UInt = 0

    /// A question that the brokers have not answered yet.
    private struct Question {
        let answer: @Loop (borrowing Event) -> Void
        let abandon: @Loop (KafkaError) -> Void
    }

    /// - Parameter timeout: for each question, the search for a broker included; 1 ms to one hour.
    /// - Throws: ``KafkaError`` when a setting is unknown or out of range.
    public init(_ options: KafkaOptions, timeout: Duration = .seconds(30)) throws(KafkaError) {
        self.timeout = timeout
        // A producer's handle would be cheaper, but over one that belongs to no group librdkafka ends the process when a coordinator that is
        // none any more is asked for offsets (librdkafka#5040). It joins none, since it subscribes to nothing.
        client = try Client(RD_KAFKA_CONSUMER, options, settings: ["group.id": options.clientID, "enable.auto.commit": "false"], events: 0)
        let client = client
        main = try EventQueue(rd_kafka_queue_get_main(client.handle), of: client) { [weak client] in _ = client?.notice($0) }
        answers = try EventQueue(rd_kafka_queue_new(client.handle), of: client) { [weak self] event in
            self?.open.removeValue(forKey: event.opaque)?.answer(event)
        }
    }

    /// Ends the client; questions not answered yet fail.
    public func close() async {
        let left = open.values
        open = [:]
        for question in left { question.abandon(.closed("the admin client")) }
        answers?.close()
        main?.close()
        (answers, main) = (nil, nil)
        await client.destroy()
    }

    /// Sends one of the library's admin requests and reads its answer.
    ///
    /// - Parameter limit: how long this one may take, if not as long as any.
    func ask<T: Sendable>(
        _ what: String, _ operation: rd_kafka_admin_op_t, within limit: Duration? = nil, _ send: (_ options: OpaquePointer?, _ queue: OpaquePointer) -> Void,
        _ read: @escaping @Loop (borrowing Event) throws(KafkaError) -> T
    ) async throws(KafkaError) -> T {
        guard let answers else { throw .closed("the admin client") }
        last += 1
        let id = last
        let options = rd_kafka_AdminOptions_new(client.handle, operation)
        rd_kafka_AdminOptions_set_opaque(options, UnsafeMutableRawPointer(bitPattern: id))
        let refusal = withTextBuffer {
            rd_kafka_AdminOptions_set_request_timeout(options, (limit ?? timeout).wholeMilliseconds, $0, $1) != RD_KAFKA_RESP_ERR_NO_ERROR
        }
        if let refusal {
            rd_kafka_AdminOptions_destroy(options)
            throw KafkaError(code: .invalidArgument, reason: refusal)
        }
        let outcome = Promise<T>()
        open[id] = Question { event in
            if let error = event.error(what) { return outcome.fail(error) }
            do { outcome.succeed(try read(event)) } catch { outcome.fail(error) }
        } abandon: { outcome.fail($0) }
        send(options, answers.pointer)
        rd_kafka_AdminOptions_destroy(options)
        do { return try await outcome.value() } catch let error as KafkaError { throw error } catch { throw .cancelled(what) }
    }

    /// Makes a call that the library has only in a blocking form.
    func call<T: Sendable>(
        _ what: String, _ body: @escaping @Sendable (_ handle: OpaquePointer, _ milliseconds: Int32) throws -> T
    ) async throws(KafkaError) -> T {
        let milliseconds = timeout.wholeMilliseconds
        do { return try await client.offload { try body($0, milliseconds) } } catch let error as KafkaError { throw error } catch {
            throw KafkaError(code: .cancelled, reason: "\(what): \(error)")
        }
    }
}

extension Duration {
    /// Rounded down, at most what 32 bits hold.
    var wholeMilliseconds: Int32 {
        let (seconds, attoseconds) = components
        return Int32(clamping: seconds.multipliedReportingOverflow(by: 1000).partialValue + attoseconds / 1_000_000_000_000_000)
    }
}
