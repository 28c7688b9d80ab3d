import Kafka

/// The records of the Kafka lines: 500 bytes, half of them varying, 10,000 keys.
struct Records: Sendable {
    let topic: String
    private let keys: [[UInt8]]
    private let values: [[UInt8]]
    private var next = 0
    private let headers: [KafkaHeader]

    static let valueSize = 500

    init(topic: String, withHeaders: Bool) {
        self.topic = topic
        keys = (0..<10_000).map { Array("account-\($0)".utf8) }
        var random = Xorshift()
        let fixed = Array(String(repeating: "{\"field\":\"value\"},", count: 20).utf8).prefix(250)
        values = (0..<1024).map { _ in
            var value = Array(fixed)
            while value.count < Records.valueSize {
                value.append(contentsOf: String(random.next(), radix: 16).utf8)
            }
            return Array(value.prefix(Records.valueSize))
        }
        headers = withHeaders ? [
            KafkaHeader("ce_specversion", "1.0"), KafkaHeader("ce_id", "0192f0c1-2345-7abc-8def-0123456789ab"), KafkaHeader("ce_source", "/bench"),
            KafkaHeader("ce_type", "kz.egov.bench.entry-posted.v1"), KafkaHeader("ce_time", "2026-11-24T00:00:00.000000Z"),
            KafkaHeader("content-type", "application/json"), KafkaHeader("ce_subject", "account-1"),
            KafkaHeader("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ] : []
    }

    mutating func batch(_ count: Int) -> [KafkaRecord] {
        var batch: [KafkaRecord] = []
        batch.reserveCapacity(count)
        for _ in 0..<count {
            batch.append(KafkaRecord(topic: topic, key: keys[next % keys.count], value: values[next % values.count], headers: headers))
            next += 1
        }
        return batch
    }
}
