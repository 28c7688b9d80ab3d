import Contracts
import FoundationEssentials
import Kafka
@testable import Messaging
import Testing

@Suite struct CloudEventTests {
    static let id = UUID(uuidString: "0190b5d4-7c3a-7abc-8def-0123456789ab") ?? .v7()
    static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    static func record(_ headers: [KafkaHeader], value: [UInt8]? = Array("{}".utf8), timestamp: Int64? = 1_700_000_000_000_000, offset: Int64 = 7) -> ConsumedRecord {
        ConsumedRecord(topic: "t", partition: 0, offset: offset, timestamp: timestamp, key: Array("k".utf8), value: value, headers: headers)
    }

    /// The least that makes a CloudEvent, some of it in other words, some left out (nil).
    static func headers(_ changes: [String: String?] = [:]) -> [KafkaHeader] {
        var all: [(String, String)] = [("ce_specversion", "1.0"), ("ce_id", "A-1"), ("ce_source", "/other"), ("ce_type", "kz.test.v1")]
        for (name, value) in changes {
            all.removeAll { $0.0 == name }
            if let value { all.append((name, value)) }
        }
        return all.map { KafkaHeader($0.0, $0.1) }
    }

    @Test func `headers of binary mode go out as CloudEvents names them`() throws {
        let message = CloudEvent(
            id: Self.id, source: "e-license", type: "kz.test.v1", time: Timestamp(seconds: 1_700_000_000), subject: "L-1",
            traceparent: Self.traceparent, key: Array("L-1".utf8), data: Array("{}".utf8))
        #expect(message.headers.map(\.name) == [
            "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type", "ce_subject", "traceparent",
        ])
        #expect(message.headers.map(\.text) == [
            "1.0", "0190b5d4-7c3a-7abc-8def-0123456789ab", "/e-license", "kz.test.v1", "2023-11-14T22:13:20Z", "application/json", "L-1",
            Self.traceparent,
        ])
    }

    @Test func `attributes that a message lacks have no header`() {
        let message = CloudEvent(
            id: Self.id, source: "e-license", type: "kz.test.v1", time: .now, subject: nil, traceparent: nil, key: nil, data: [])
        #expect(!message.headers.contains { $0.name == "ce_subject" || $0.name == "traceparent" })
    }

    @Test func `what goes out comes in the same`() throws {
        let sent = CloudEvent(
            id: Self.id, source: "e-license", type: "kz.test.v1", time: Timestamp(microseconds: 1_700_000_000_123_456), subject: "Өтініш",
            contentType: "application/jose", traceparent: Self.traceparent, key: Array("k".utf8), data: [0, 255, 1])
        let came = try CloudEvent(Self.record(sent.headers, value: sent.data))
        #expect(came.id == sent.id)
        #expect(came.source == "/e-license")
        #expect(came.sender == "e-license")
        #expect(came.type == sent.type)
        #expect(came.time == sent.time)
        #expect(came.subject == "Өтініш")
        #expect(came.contentType == "application/jose")
        #expect(came.traceparent == Self.traceparent)
        #expect(came.key == Array("k".utf8))
        #expect(came.data == [0, 255, 1])
        #expect(try Attributes(Self.record(sent.headers, value: sent.data)).inboxID == Self.id)
    }

    @Test func `the least that is a CloudEvent is read, other headers are passed over`() throws {
        let noise = [KafkaHeader("x-binary", [0xff, 0xfe]), KafkaHeader("x-binary", [0]), KafkaHeader("x-long", [UInt8](repeating: 65, count: 5000))]
        let message = try CloudEvent(Self.record(noise + Self.headers()))
        #expect(message.contentType == "application/json")
        #expect(message.subject == nil)
        #expect(message.traceparent == nil)
        #expect(message.sender == "other")
    }

    @Test func `without a time the record's own stands for it`() throws {
        #expect(try CloudEvent(Self.record(Self.headers())).time == Timestamp(seconds: 1_700_000_000))
        #expect(try CloudEvent(Self.record(Self.headers(["ce_time": "2020-01-01T00:00:00Z"]))).time == Timestamp(seconds: 1_577_836_800))
        let before = Timestamp.now
        #expect(try CloudEvent(Self.record(Self.headers(), timestamp: nil)).time >= before)
    }

    @Test(arguments: [
        (["ce_specversion": nil], "ce_specversion is missing"), (["ce_specversion": "0.3"], "ce_specversion is not 1.0"),
        (["ce_specversion": ""], "ce_specversion is missing"),
        (["ce_id": nil], "ce_id is missing"), (["ce_id": ""], "ce_id is missing"),
        (["ce_source": nil], "ce_source is missing"), (["ce_source": ""], "ce_source is missing"),
        (["ce_type": nil], "ce_type is missing"), (["ce_type": ""], "ce_type is missing"),
        (["ce_time": "yesterday"], "ce_time is not RFC 3339"), (["ce_time": "2024-02-30T00:00:00Z"], "ce_time is not RFC 3339"),
        (["ce_time": ""], "ce_time is not RFC 3339"),
        (["ce_id": String(repeating: "x", count: 1025)], "ce_id is longer than 1,024 bytes"),
        (["ce_comment": String(repeating: "x", count: 1025)], "ce_comment is longer than 1,024 bytes"),
        (["traceparent": String(repeating: "0", count: 1025)], "traceparent is longer than 1,024 bytes"),
    ] as [([String: String?], String)])
    func `a missing or wrong attribute is refused by name`(_ changes: [String: String?], _ reason: String) {
        let error = #expect(throws: NotACloudEvent.self) { try CloudEvent(Self.record(Self.headers(changes))) }
        #expect(error?.reason.contains(reason) == true)
    }

    @Test func `an attribute of 1,024 bytes is still read`() throws {
        let id = String(repeating: "x", count: 1024)
        #expect(try CloudEvent(Self.record(Self.headers(["ce_id": id]))).id == id)
    }

    @Test(arguments: ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_unknown", "content-type", "traceparent"])
    func `an attribute that stands twice is refused, also with the same value`(_ name: String) {
        let twice = Self.headers([name: "1.0"]) + [KafkaHeader(name, "1.0")]
        let error = #expect(throws: NotACloudEvent.self) { try CloudEvent(Self.record(twice)) }
        #expect(error?.reason == "header \(name) stands twice")
    }

    @Test(arguments: ["ce_id", "ce_type", "ce_anything", "content-type", "traceparent"], [[0xff], [0x41, 0xc3], [0xed, 0xa0, 0x80], [0xc0, 0xaf]] as [[UInt8]])
    func `an attribute that is not UTF-8 is refused`(_ name: String, _ bytes: [UInt8]) {
        let headers = Self.headers([name: nil]) + [KafkaHeader(name, bytes)]
        let error = #expect(throws: NotACloudEvent.self) { try CloudEvent(Self.record(headers)) }
        #expect(error?.reason.contains("header \(name) is longer") == true)
    }

    @Test func `a message without a value is refused, an empty one is read`() throws {
        let error = #expect(throws: NotACloudEvent.self) { try CloudEvent(Self.record(Self.headers(), value: nil)) }
        #expect(error?.reason == "the message has no value")
        #expect(try CloudEvent(Self.record(Self.headers(), value: [])).data == [])
    }

    @Test(arguments: ["A-1", "42", "0190b5d4", "идентификатор"])
    func `a foreign id becomes an inbox id that any copy of the message has too`(_ id: String) throws {
        let headers = Self.headers(["ce_id": id])
        func inboxID(_ headers: [KafkaHeader], at timestamp: Int64?, offset: Int64) throws -> UUID {
            try Attributes(Self.record(headers, timestamp: timestamp, offset: offset)).inboxID
        }
        let first = try inboxID(headers, at: 1_700_000_000_000_000, offset: 7)
        // A second copy, sent again later or read back from where it was parked, has another time and place.
        #expect(try inboxID(headers, at: 1_700_000_777_000_000, offset: 9000) == first)
        #expect(try inboxID(headers, at: nil, offset: 9001) == first)
        #expect(try inboxID(Self.headers(["ce_id": id + "x"]), at: 1_700_000_000_000_000, offset: 7) != first)
        #expect(try inboxID(Self.headers(["ce_id": id, "ce_source": "/third"]), at: 1_700_000_000_000_000, offset: 7) != first)
        #expect(first.uuid.6 >> 4 == 8)
        #expect(first.uuid.8 >> 6 == 0b10)
    }

    @Test func `ten thousand foreign ids are ten thousand inbox ids`() {
        #expect(Set((0..<10_000).map { UUID(hashOf: Array("/other\n\($0)".utf8)) }).count == 10_000)
    }

    @Test(arguments: ["https://example.kz/source", "/", "/Not A Name", "e-license"])
    func `a source that is no service has no sender`(_ source: String) throws {
        #expect(try CloudEvent(Self.record(Self.headers(["ce_source": source]))).sender == nil)
    }
}
