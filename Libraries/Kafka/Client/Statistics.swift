import FoundationEssentials
import Telemetry

/// Of the library's statistics (a large JSON text every five seconds) what the metrics show.
struct Statistics: Decodable {
    struct Broker: Decodable {
        struct Window: Decodable { let p99: Int64 }
        let nodeid: Int32
        let rtt: Window
    }

    struct Group: Decodable { let rebalance_cnt: Int64 }

    let client_id: String
    let msg_cnt: Int64
    let txmsgs: Int64
    let brokers: [String: Broker]
    let cgrp: Group?

    private static let waiting = Metrics.gauges(
        "egov_kafka_waiting_messages", "Messages that wait to be sent or acknowledged.", labels: "client")
    private static let sent = Metrics.gauges("egov_kafka_sent_messages", "Messages sent since the client was made.", labels: "client")
    private static let roundTrip = Metrics.gauges(
        "egov_kafka_broker_round_trip_p99_seconds", "Round trip to a broker, 99th percentile.", labels: "client", "broker")
    private static let rebalances = Metrics.gauges(
        "egov_kafka_rebalances", "Rebalances seen since the client was made.", labels: "client")

    /// All of them, from the start.
    static func declare() { _ = (waiting, sent, roundTrip, rebalances) }

    /// Decodes and sets the metrics; runs off the loop. A text that does not fit is left out: metrics are no reason to stop.
    static func record(_ json: String) {
        guard let seen = try? JSONDecoder().decode(Statistics.self, from: Data(json.utf8)) else { return }
        waiting[seen.client_id].set(to: Double(seen.msg_cnt))
        sent[seen.client_id].set(to: Double(seen.txmsgs))
        for broker in seen.brokers.values where broker.nodeid >= 0 {
            roundTrip[seen.client_id, "\(broker.nodeid)"].set(to: Double(broker.rtt.p99) / 1_000_000)
        }
        if let group = seen.cgrp { rebalances[seen.client_id].set(to: Double(group.rebalance_cnt)) }
    }
}
