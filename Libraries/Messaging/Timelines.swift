package import Contracts
import Kafka
package import Postgres

/// The histories of the database: PostgreSQL begins a new one when it was restored, or when a standby takes over.
package enum Timelines {
    /// The present one: the first eight digits of the name of a WAL file.
    package static let present = Query<Int32>("SELECT ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::integer") {
        try $0.first?.column(0) ?? 0
    }

    package static let all = Query<[StatusReport.Timeline]>.all("SELECT id, met_at, restored_to FROM timeline ORDER BY id") { row in
        StatusReport.Timeline(id: try row.column(0), metAt: try row.column(1), restoredTo: try row.column(2))
    }
}

/// Up to where the messages of a timeline stand on the topics.
package enum Published {
    static func mark(_ landed: [TopicPartition: ClosedRange<Int64>], timeline: Int32) -> Statement {
        let places = landed.sorted { $0.key < $1.key }
        return """
            INSERT INTO published (timeline, topic, partition, first, last)
            SELECT \(timeline), topic, partition, first, last
            FROM unnest(\(places.map(\.key.topic)), \(places.map(\.key.partition)), \(places.map(\.value.lowerBound)), \(places.map(\.value.upperBound)))
                AS landed (topic, partition, first, last)
            ON CONFLICT ON CONSTRAINT published_pkey DO UPDATE SET last = greatest(published.last, EXCLUDED.last)
            """
    }

    package static let all = Query<[StatusReport.Published]>.all(
        "SELECT timeline, topic, partition, first, last FROM published ORDER BY timeline, topic, partition"
    ) { row in
        StatusReport.Published(
            timeline: try row.column(0), topic: try row.column(1), partition: try row.column(2), first: try row.column(3),
            last: try row.column(4))
    }
}
