import Contracts
import FoundationEssentials
import Glibc
import Kafka

/// The attributes of a record that is a CloudEvent in binary mode: checked, and copied out of its headers only when asked for.
struct Attributes: Sendable {
    /// Those that are of use here, in the order of ``names``.
    enum Name: Int { case specversion, id, source, type, time, subject, contentType, traceparent }

    private static let names: [StaticString] = [
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type", "traceparent",
    ]
    private static let longest = 1024

    let record: ConsumedRecord
    /// Where each stands in the record, by ``Name``.
    private var places = InlineArray<8, Range<Int>?>(repeating: nil)
    /// Extensions by name, which must not stand twice either.
    private var others: [String] = []
    /// What is wrong with the first header that is.
    private var complaint: String?
    /// When it happened; where it does not say so, when it was written.
    private(set) var time: Timestamp

    /// - Throws: ``NotACloudEvent`` naming the attribute that is missing or wrong.
    init(_ record: ConsumedRecord) throws(NotACloudEvent) {
        self.record = record
        time = record.moment
        record.forEachHeader { take($0, $1, $2) }
        if let complaint { throw NotACloudEvent(reason: complaint) }
        for name in [Name.specversion, .id, .source, .type] where places[name.rawValue]?.isEmpty ?? true {
            throw NotACloudEvent(reason: "header \(Self.names[name.rawValue]) is missing")
        }
        guard with(.specversion, { $0.holds("1.0") }) == true else { throw NotACloudEvent(reason: "ce_specversion is not 1.0") }
        if let read = with(.time, { $0.withMemoryRebound(to: UInt8.self) { Timestamp(rfc3339: $0) } }) {
            guard let moment = read else { throw NotACloudEvent(reason: "ce_time is not RFC 3339") }
            time = moment
        }
        guard record.withValue({ $0 != nil }) else { throw NotACloudEvent(reason: "the message has no value") }
    }

    subscript(_ name: Name) -> String? { with(name) { String(decoding: $0, as: UTF8.self) } }

    /// The id for the inbox: the CloudEvent's own where it is a UUID, else one derived from source and id, which are unique together.
    var inboxID: UUID {
        with(.id) { $0.withMemoryRebound(to: UInt8.self) { UUID(text: $0) } }.flatMap { $0 } ??
            UUID(hashOf: Array("\(self[.source] ?? "")\n\(self[.id] ?? "")".utf8))
    }

    private func with<T>(_ name: Name, _ body: (UnsafeRawBufferPointer) -> T) -> T? {
        places[name.rawValue].map { record.withBytes(at: $0, body) }
    }

    private mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, _ place: Range<Int>) {
        let known = Self.names.firstIndex { name.holds($0) }
        guard complaint == nil, known != nil || name.starts(with: "ce_".utf8) else { return }
        guard value.count <= Self.longest, value.isText else {
            complaint = "header \(String(decoding: name, as: UTF8.self)) is longer than 1,024 bytes or not UTF-8"
            return
        }
        if let known, places[known] == nil {
            places[known] = place
        } else {
            let name = String(decoding: name, as: UTF8.self)
            if known != nil || others.contains(name) { complaint = "header \(name) stands twice" }
            others.append(name)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether it is UTF-8.
    var isText: Bool { withMemoryRebound(to: UInt8.self) { (try? UTF8Span(validating: $0.span)) != nil } }

    /// Whether these are the bytes of the literal.
    func holds(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && baseAddress.map { memcmp($0, literal.utf8Start, count) == 0 } ?? true
    }
}
