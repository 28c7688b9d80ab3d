import Telemetry

/// What the database's use shows to Prometheus.
enum PostgresMetrics {
    static let statements = Metrics.counter("egov_postgres_statements_total", "Statements sent to PostgreSQL.")
    static let batchSize = Metrics.histogram(
        "egov_postgres_batch_size", "Batches that shared one transaction and its commit.", buckets: Histogram.sizeBuckets)
    static let connections = Metrics.gauge("egov_postgres_connections", "Open connections.")
    static let reconnects = Metrics.counter("egov_postgres_reconnects_total", "Shared connections opened anew after a loss.")
    static let rerun = Metrics.counter("egov_postgres_batches_rerun_total", "Batches run again since a companion failed or the connection broke.")
    static let batchWait = Metrics.histogram("egov_postgres_batch_wait_seconds", "Time from asking for a batch until it was sent.")
    static let leaseWait = Metrics.histogram("egov_postgres_lease_wait_seconds", "Time from asking for a transaction until it had a connection.")

    /// All of them, from the start: a metric that appears with its first event cannot be told from one that is missing.
    static func declare() { _ = (statements, batchSize, connections, reconnects, rerun, batchWait, leaseWait) }
}
