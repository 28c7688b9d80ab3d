import EventLoop
import Testing
@testable import Kafka

@Suite struct OptionsTests {
    @Test func `an unknown setting is refused by name`() async throws {
        try await Loop.run {
            let error = #expect(throws: KafkaError.self) {
                try Producer(KafkaOptions(bootstrap: "x", clientID: "c", properties: ["no.such.thing": "1"]))
            }
            #expect(error?.reason.contains("no.such.thing") == true)
        }
    }

    @Test func `a value out of range is refused with its limits`() async throws {
        try await Loop.run {
            let error = #expect(throws: KafkaError.self) {
                try Producer(KafkaOptions(bootstrap: "x", clientID: "c", properties: ["message.max.bytes": "1"]))
            }
            #expect(error?.reason.contains("1000") == true)
        }
    }

    @Test func `a secret shows nowhere`() {
        let options = KafkaOptions(
            bootstrap: "b:1", clientID: "c",
            properties: ["sasl.password": "hunter2", "ssl.key.password": "hunter2", "ssl.key.pem": "hunter2", "sasl.username": "u"])
        #expect(!"\(options)".contains("hunter2"))
        #expect("\(options)".contains("sasl.username=u"))
        var text = ""
        dump(options, to: &text)
        #expect(!text.contains("hunter2") && !String(reflecting: options).contains("hunter2"))
    }

    @Test func `the codes that pass by themselves are retriable, others not`() {
        #expect(KafkaError(code: .timedOut, reason: "").isRetriable)
        #expect(KafkaError(code: .unknownTopic, reason: "", isFatal: true).isRetriable)
        #expect(!KafkaError(code: .messageTooLarge, reason: "").isRetriable)
        #expect("\(KafkaError(code: .unknownTopic, reason: "no topic x"))" == "Kafka: no topic x [UNKNOWN_TOPIC_OR_PART]")
    }
}
