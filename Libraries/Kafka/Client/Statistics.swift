import Foundation
import Telemetry

/// Of the library's statistics (a large JSON text every five seconds) what the metrics show.
struct Statistics: Decodable {
    struct Broker: Decodable {
        struct Window: Decodable { let p99: Int64 }
        let nodeid: Int32
        let rtt: Window
    }

    struct Topic: Decodable {
        struct Partition: Decodable { let consumer_lag: Int64 }
        let partitions: [String: Partition]
    }

    struct Group: Decodable { let rebalance_cnt: Int64 }

    let client_id: String
    let msg_cnt: Int64
    let txmsgs: Int64
    let brokers: [String: Broker]
    let topics: [String: Topic]
    let cgrp: Group?

    private static let waiting = Metrics.gauges(
        "egov_kafka_waiting_messages", "Messages that wait to be sent or acknowledged.", labels: "client")
    private static let sent = Metrics.gauges("egov_kafka_sent_messages", "Messages sent since the client was made.", labels: "client")
    private static let roundTrip = Metrics.gauges(
        "egov_kafka_broker_round_trip_p99_seconds", "Round trip to a broker, 99th percentile.", labels: "client", "broker")
    private static let rebalances = Metrics.gauges(
        "egov_kafka_rebalances", "Rebalances seen since the client was made.", labels: "client")
    private static let lag = Metrics.gauges(
        "egov_kafka_consumer_lag_messages", "Messages of a partition not yet committed.", labels: "client", "topic", "partition")

    /// Decodes and sets the metrics; runs off the loop. A text that does not fit is left out: metrics are no reason to stop.
    static func record(_ json: String) {
        guard let seen = try? JSONDecoder().decode(Statistics.self, from: Data(json.utf8)) else { return }
        waiting[seen.client_id].set(to: Double(seen.msg_cnt))
        sent[seen.client_id].set(to: Double(seen.txmsgs))
        for broker in seen.brokers.values where broker.nodeid >= 0 {
            roundTrip[seen.client_id, "\(broker.nodeid)"].set(to: Double(broker.rtt.p99) / 1_000_000)
        }
        guard let group = seen.cgrp else { return }
        rebalances[seen.client_id].set(to: Double(group.rebalance_cnt))
        for (topic, state) in seen.topics {
            for (number, partition) in state.partitions where partition.consumer_lag >= 0 {
                lag[seen.client_id, topic, number].set(to: Double(partition.consumer_lag))
            }
        }
    }
}
