/// The attributes of a CloudEvent as they are found among a record's headers.
struct Attributes {
    /// Those that are of use here, in the order of ``names``.
    enum Name: Int { case specversion, id, source, type, time, subject, contentType, traceparent }

    private static let names: [StaticString] = [
        "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "content-type", "traceparent",
    ]
    private static let longest = 1024

    private var texts = [String?](repeating: nil, count: names.count)
    /// Extensions by name, which must not stand twice either.
    private var others: [String] = []
    /// What is wrong with the first header that is.
    private(set) var complaint: String?

    subscript(_ name: Name) -> String? { texts[name.rawValue] }

    static func header(_ name: Name) -> String { "\(names[name.rawValue])" }

    mutating func take(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) {
        let known = Self.names.firstIndex { name.holds($0) }
        guard complaint == nil, known != nil || name.starts(with: "ce_".utf8) else { return }
        guard value.count <= Self.longest, let text = value.text else {
            complaint = "header \(String(decoding: name, as: UTF8.self)) is longer than 1,024 bytes or not UTF-8"
            return
        }
        if let known, texts[known] == nil {
            texts[known] = text
        } else {
            let name = String(decoding: name, as: UTF8.self)
            if known != nil || others.contains(name) { complaint = "header \(name) stands twice" }
            others.append(name)
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Nil when it is not UTF-8. The initialiser `String(validating:as:)` is generic and takes several times as long.
    var text: String? {
        withMemoryRebound(to: UInt8.self) { bytes in
            guard let text = try? UTF8Span(validating: bytes.span) else { return nil }
            return String(copying: text)
        }
    }

    /// Whether these are the bytes of the literal.
    func holds(_ literal: StaticString) -> Bool {
        count == literal.utf8CodeUnitCount && literal.withUTF8Buffer { elementsEqual($0) }
    }
}
