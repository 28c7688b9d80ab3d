package import Telemetry

/// What the way of messages, timers and journal entries shows to Prometheus.
package enum MessagingMetrics {
    static let relayed = Metrics.counter("egov_relay_messages_total", "Messages that the relay has published.")
    static let relayFailures = Metrics.counter("egov_relay_failures_total", "Batches of the relay that Kafka did not take, or not whole.")
    static let relayBatch = Metrics.histogram(
        "egov_relay_batch_size", "Messages that the relay took in one batch.", buckets: Histogram.sizeBuckets)
    static let consumerBatch = Metrics.histogram(
        "egov_consumer_batch_size", "Messages of a partition that were handled as one batch.", buckets: Histogram.sizeBuckets)
    static let handled = Metrics.counter("egov_messages_handled_total", "Messages that took effect.")
    static let duplicates = Metrics.counter("egov_messages_duplicate_total", "Messages that had taken effect before.")
    static let parked = Metrics.counter("egov_messages_parked_total", "Messages and timers that were parked.")
    static let fired = Metrics.counter("egov_timers_fired_total", "Timers that reached their handler.")
    /// Those of reads are counted where reads are carried out.
    package static let entries = Metrics.counter("egov_journal_entries_total", "Entries written into the journal.")

    /// All of them, from the start.
    static func declare() { _ = (relayed, relayFailures, relayBatch, consumerBatch, handled, duplicates, parked, fired, entries) }
}
