public import Contracts
public import FoundationEssentials
public import Kafka
import Trust

/// One message as CloudEvents 1.0 describes it, in Kafka's binary mode: attributes are headers, the data is the value.
public struct CloudEvent: Sendable {
    public var id: String
    /// `/e-license`: who says so.
    public var source: String
    public var type: String
    public var time: Timestamp
    public var subject: String?
    public var contentType: String
    /// W3C trace context, where the sender had one.
    public var traceparent: String?
    public var key: [UInt8]?
    public var data: [UInt8]

    public init(
        id: UUID, source: ServiceName, type: String, time: Timestamp, subject: String?, contentType: String = "application/json",
        traceparent: String?, key: [UInt8]?, data: [UInt8]
    ) {
        self.id = id.text
        self.source = "/\(source.rawValue)"
        self.type = type
        self.time = time
        self.subject = subject
        self.contentType = contentType
        self.traceparent = traceparent
        self.key = key
        self.data = data
    }

    /// Reads a record of any origin.
    ///
    /// - Throws: ``NotACloudEvent`` naming the attribute that is missing or wrong.
    public init(_ record: ConsumedRecord) throws(NotACloudEvent) { self.init(try Attributes(record)) }

    init(_ attributes: Attributes) {
        id = attributes[.id] ?? ""
        source = attributes[.source] ?? ""
        type = attributes[.type] ?? ""
        time = attributes.time
        subject = attributes[.subject]
        contentType = attributes[.contentType] ?? "application/json"
        traceparent = attributes[.traceparent]
        key = attributes.record.key
        data = attributes.record.value ?? []
    }

    /// The attributes in binary mode, by the names of their headers and in the order in which a person would read them.
    var attributes: [(name: String, value: String)] {
        var attributes = [
            (name: "ce_specversion", value: "1.0"), (name: "ce_id", value: id), (name: "ce_source", value: source),
            (name: "ce_type", value: type), (name: "ce_time", value: time.description), (name: "content-type", value: contentType),
        ]
        if let subject { attributes.append((name: "ce_subject", value: subject)) }
        if let traceparent { attributes.append((name: "traceparent", value: traceparent)) }
        return attributes
    }

    /// The attributes as the headers of a record.
    public var headers: [KafkaHeader] { attributes.map { KafkaHeader($0.name, $0.value) } }

    /// The service that sent it, as far as its source attribute says.
    public var sender: ServiceName? { source.hasPrefix("/") ? ServiceName(rawValue: String(source.dropFirst())) : nil }
}

/// A record that is not a CloudEvent in binary mode.
public struct NotACloudEvent: Error, CustomStringConvertible {
    public let reason: String
    public var description: String { "not a CloudEvent in binary mode: \(reason)" }
}

extension UUID {
    /// A UUID (version 8, RFC 9562) of the SHA-256 of some bytes.
    init(hashOf bytes: [UInt8]) {
        var hash = Digest.sha256(bytes)
        hash[6] = hash[6] & 0x0f | 0x80
        hash[8] = hash[8] & 0x3f | 0x80
        self.init(uuid: (
            hash[0], hash[1], hash[2], hash[3], hash[4], hash[5], hash[6], hash[7],
            hash[8], hash[9], hash[10], hash[11], hash[12], hash[13], hash[14], hash[15]))
    }
}

extension ConsumedRecord {
    /// When Kafka, or who sent it, says that it was written.
    var moment: Timestamp { timestamp.map { Timestamp(microseconds: $0) } ?? .now }
}

extension Topic {
    /// The name without the prefix of the deployment, as the outbox keeps it.
    var localName: String { "\(service).\(aggregate).v\(version)" }
}
