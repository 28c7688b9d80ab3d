import CLibrdkafka
import EventLoop
@testable import Kafka

/// A cluster inside this process, for tests without Java: one broker, topics made by the first who asks for them (four partitions).
@Loop final class MockCluster {
    private let host: Client
    private let cluster: OpaquePointer?
    nonisolated let bootstrap: String

    init(brokers: Int32 = 1) throws {
        host = try Client(RD_KAFKA_PRODUCER, KafkaOptions(bootstrap: "", clientID: "mock"), settings: [:], events: 0)
        cluster = rd_kafka_mock_cluster_new(host.handle, brokers)
        bootstrap = cluster.map { String(cString: rd_kafka_mock_cluster_bootstraps($0)) } ?? ""
    }

    nonisolated func options(_ clientID: String = "test", _ properties: [String: String] = [:]) -> KafkaOptions {
        KafkaOptions(bootstrap: bootstrap, clientID: clientID, properties: properties)
    }

    func createTopic(_ name: String, partitions: Int32) {
        rd_kafka_mock_topic_create(cluster, name, partitions, 1)
    }

    /// The next requests of a kind (its number in Kafka's protocol) get these answers.
    func answer(_ api: Int16, with errors: [rd_kafka_resp_err_t]) {
        rd_kafka_mock_push_request_errors_array(cluster, api, errors.count, errors)
    }

    func setDown(_ isDown: Bool, broker: Int32 = 1) {
        _ = isDown ? rd_kafka_mock_broker_set_down(cluster, broker) : rd_kafka_mock_broker_set_up(cluster, broker)
    }

    func setRoundTrip(_ milliseconds: Int32, broker: Int32 = 1) { rd_kafka_mock_broker_set_rtt(cluster, broker, milliseconds) }

    func close() async {
        if let cluster { rd_kafka_mock_cluster_destroy(cluster) }
        await host.destroy()
    }
}

/// Runs `body` on the loop with a cluster of its own.
func withMock(brokers: Int32 = 1, _ body: @escaping @Loop @Sendable (MockCluster) async throws -> Void) async throws {
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
enum Api {
    static let produce: Int16 = 0
    static let fetch: Int16 = 1
    static let offsetCommit: Int16 = 8
    static let offsetFetch: Int16 = 9
    static let heartbeat: Int16 = 12
}
