import CLibrdkafka
import EventLoop
import Telemetry

extension Consumer {
    /// Commits what handlers have done; one request at a time, the newest offset of each partition wins.
    func commitWhatIsDone() {
        guard committing.isEmpty else { return }
        let due = held.values.filter { $0.toCommit != nil }
        guard !due.isEmpty, let answers else {
            settled?.succeed(())
            return
        }
        committing = due.map { ($0, $0.toCommit ?? 0) }
        let list = PartitionList(committing.map { ($0.partition.id, $0.offset) })
        for partition in due { partition.toCommit = nil }
        let code = rd_kafka_commit_queue(client.handle, list.pointer, answers.pointer, nil, nil)
        if code != RD_KAFKA_RESP_ERR_NO_ERROR { giveBack(after: code, mayRetry: true) }
    }

    func handleAnswer(_ event: consuming Event) {
        guard event.kind == RD_KAFKA_EVENT_OFFSET_COMMIT else {
            asked.removeValue(forKey: event.opaque)?.succeed(Self.committed(in: event))
            return
        }
        let code = event.code
        var refused: [TopicPartition: rd_kafka_resp_err_t] = [:]
        for entry in PartitionEntry.all(in: rd_kafka_event_topic_partition_list(event.pointer)) {
            if entry.code != RD_KAFKA_RESP_ERR_NO_ERROR { refused[entry.id] = entry.code }
        }
        guard code == RD_KAFKA_RESP_ERR_NO_ERROR, refused.isEmpty else {
            let worst = code == RD_KAFKA_RESP_ERR_NO_ERROR ? refused.values.first ?? code : code
            return giveBack(after: worst, mayRetry: !isPointless(worst))
        }
        for (partition, offset) in committing {
            partition.committed = offset
            partition.hasCommitted = true
        }
        committing = []
        commitWhatIsDone()
    }

    /// A commit that failed is tried again by the next tick; not when the group goes on without this member, whose records come again elsewhere.
    private func giveBack(after code: rd_kafka_resp_err_t, mayRetry: Bool) {
        Log.warning("Offsets were not committed", [
            "client": .string(client.name), "group": .string(group), "reason": .string(String(cString: rd_kafka_err2str(code))),
        ])
        for (partition, offset) in committing where mayRetry && partition.toCommit == nil && !partition.isRevoked {
            partition.toCommit = offset
        }
        committing = []
        settled?.succeed(())
    }

    private func isPointless(_ code: rd_kafka_resp_err_t) -> Bool {
        switch code {
        case RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID, RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION, RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID: true
        // The group waits for this member to give its partitions back: it cannot get better by waiting.
        case RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS: isReleasing
        default: false
        }
    }
}
