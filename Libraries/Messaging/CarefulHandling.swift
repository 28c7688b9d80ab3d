import Contracts
import Kafka

// What a process before may have ended on is taken message by message.
extension MessageConsumer {
    /// Whether the batch begins with what another process had begun and not committed.
    func isDoubtful(_ batch: PartitionBatch) -> Bool {
        guard let last = doubtful[TopicPartition(batch.topic, batch.partition)] else { return false }
        return batch.records.first.map { $0.offset <= last } ?? false
    }

    /// One message at a time in the order of the topic; false when the service stops or the partition was taken away.
    func handleCarefully(_ batch: PartitionBatch, _ lanes: [KeyLane]) async -> Bool {
        var blocked = Set(lanes.filter(\.isBlocked).compactMap(\.key))
        let records = lanes.flatMap(\.records).sorted { $0.offset < $1.offset }
        for record in records {
            if let key = record.key, blocked.contains(key) {
                guard await keep([ParkedMessages.parkBehind(record, consumer: name, at: .now)]) else { return false }
                continue
            }
            let outcome = try? await crashes.alone { await self.handle(record, isDoubtful: true) }
            switch outcome {
            case .effect: continue
            case .parked: if let key = record.key { blocked.insert(key) }
            case .abandoned, nil: return false
            }
        }
        return true
    }
}
