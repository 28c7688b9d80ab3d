import Contracts
import EventLoop
import Kafka

extension Platform {
    /// All that a topic holds, read as any Kafka tool reads it.
    func records(of topic: Topic) async throws -> [ConsumedRecord] {
        let reader = try TopicReader(kafka)
        do {
            let records = try await reader.records(of: topic.name(prefix: prefix))
            await reader.close()
            return records
        } catch {
            await reader.close()
            throw error
        }
    }

    /// Puts a message of any kind on a topic, as somebody with access to the broker could.
    func publish(_ topic: Topic, key: String?, value: [UInt8]?, headers: [KafkaHeader]) async throws {
        let producer = try Producer(kafka)
        try await producer.send([
            KafkaRecord(topic: topic.name(prefix: prefix), key: key.map { Array($0.utf8) }, value: value, headers: headers)
        ])
        await producer.close()
    }
}

extension ConsumedRecord {
    func text(_ header: String) -> String? { self.header(header).flatMap { String(validating: $0, as: UTF8.self) } }
    var valueText: String { String(decoding: value ?? [], as: UTF8.self) }
    var keyText: String { String(decoding: key ?? [], as: UTF8.self) }
}
