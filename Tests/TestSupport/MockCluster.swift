public import CLibrdkafka
public import EventLoop
public import Kafka

/// A cluster inside this process, for tests without Java and for faults that no real one makes on demand: topics are made by the first who asks
/// for them (four partitions).
@Loop public final class MockCluster {
    private let host: OpaquePointer?
    private let cluster: OpaquePointer?
    public nonisolated let bootstrap: String

    /// - Throws: ``NoMock`` when librdkafka makes none.
    public init(brokers: Int32 = 1) throws {
        var reason = [CChar](repeating: 0, count: 256)
        // It complains that it has no broker; it is none itself.
        let configuration = rd_kafka_conf_new()
        rd_kafka_conf_set(configuration, "log_level", "0", &reason, reason.count)
        host = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count)
        cluster = host.flatMap { rd_kafka_mock_cluster_new($0, brokers) }
        guard let cluster else { throw NoMock() }
        bootstrap = String(cString: rd_kafka_mock_cluster_bootstraps(cluster))
    }

    public nonisolated func options(_ clientID: String = "test", _ properties: [String: String] = [:]) -> KafkaOptions {
        KafkaOptions(bootstrap: bootstrap, clientID: clientID, properties: properties)
    }

    public func createTopic(_ name: String, partitions: Int32) {
        rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    /// The next requests of a kind (its number in Kafka's protocol) get these answers.
    public func answer(_ api: Int16, with errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(cluster, api, errors.count, errors)
    }

    /// From now on requests of a kind are answered as usual.
    public func answerAsUsual(_ api: Int16) { rd_kafka_mock_clear_request_errors(cluster, api) }

    public func setDown(_ isDown: Bool, broker: Int32 = 1) {
        _ = isDown ? rd_kafka_mock_broker_set_down(cluster, broker) : rd_kafka_mock_broker_set_up(cluster, broker)
    }

    public func setRoundTrip(_ milliseconds: Int32, broker: Int32 = 1) { rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds) }

    /// The library waits for its own threads here, so this leaves the loop.
    public func close() async {
        if let cluster { rd_kafka_mock_cluster_destroy(cluster) }
        let address = UInt(bitPattern: host)
        _ = try? await Loop.offload { if let host = OpaquePointer(bitPattern: address) { rd_kafka_destroy(host) } }
    }
}

struct NoMock: Error {}

/// Runs `body` on the loop with a cluster of its own.
public func withMock(brokers: Int32 = 1, _ body: @escaping @Loop @Sendable (MockCluster) async throws -> Void) async throws {
    try await Loop.run {
        let mock = try MockCluster(brokers: brokers)
        do { try await body(mock) } catch {
            await mock.close()
            throw error
        }
        await mock.close()
    }
}

/// Requests by their numbers in Kafka's protocol.
public enum Api {
    public static let produce: Int16 = 0
    public static let fetch: Int16 = 1
    public static let offsetCommit: Int16 = 8
    public static let offsetFetch: Int16 = 9
    public static let findCoordinator: Int16 = 10
    public static let joinGroup: Int16 = 11
    public static let heartbeat: Int16 = 12
    public static let syncGroup: Int16 = 14
}
