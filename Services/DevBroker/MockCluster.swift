import CLibrdkafka

/// One broker of librdkafka's mock cluster on a fixed loopback port.
struct MockCluster: ~Copyable {
    private let handle: OpaquePointer
    private let cluster: OpaquePointer

    static var libraryVersion: String { String(cString: rd_kafka_version_str()) }

    init(on address: ListenAddress) throws(StartError) {
        if let reason = FixedPort.refusal(of: address.port) {
            throw StartError("127.0.0.1:\(address.port) cannot be listened on: \(reason)")
        }
        let host = try Self.makeHandle()
        guard let made = FixedPort.during(address.port, { rd_kafka_mock_cluster_new(host, 1) }) else {
            rd_kafka_destroy(host)
            throw StartError("librdkafka could not make its mock cluster; its own message stands above")
        }
        // An executable whose `bind` the linker did not export gets a port of the system's choice.
        guard String(cString: rd_kafka_mock_cluster_bootstraps(made)).hasSuffix(":\(address.port)") else {
            rd_kafka_mock_cluster_destroy(made)
            rd_kafka_destroy(host)
            throw StartError("the port cannot be fixed: this executable was linked without --export-dynamic-symbol=bind")
        }
        handle = host
        cluster = made
    }

    /// What clients are given as bootstrap servers.
    var bootstrap: String { String(cString: rd_kafka_mock_cluster_bootstraps(cluster)) }

    func create(_ topic: TopicRequest) throws(StartError) {
        let code = rd_kafka_mock_topic_create(cluster, topic.name, topic.partitions, 1)
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR else {
            throw StartError("topic \(topic.name) cannot be made: \(String(cString: rd_kafka_err2str(code)))")
        }
    }

    consuming func close() {
        rd_kafka_mock_cluster_destroy(cluster)
        rd_kafka_destroy(handle)
    }

    /// The librdkafka instance whose thread serves the cluster. Without Nagle's algorithm off, several small answers in a
    /// row wait for delayed acknowledgements: 40 ms a batch.
    private static func makeHandle() throws(StartError) -> OpaquePointer {
        let configuration = rd_kafka_conf_new()
        var reason = [CChar](repeating: 0, count: 512)
        for (name, value) in [("socket.nagle.disable", "true"), ("log_level", "4")]
        where rd_kafka_conf_set(configuration, name, value, &reason, reason.count) != RD_KAFKA_CONF_OK {
            rd_kafka_conf_destroy(configuration)
            throw StartError("\(name): \(text(reason))")
        }
        guard let handle = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count) else {
            rd_kafka_conf_destroy(configuration)
            throw StartError("librdkafka cannot start: \(text(reason))")
        }
        return handle
    }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}

struct StartError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
