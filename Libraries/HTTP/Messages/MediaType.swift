/// A media type with its parameters (RFC 9110, section 8.3.1), in lower case.
struct MediaType {
    var type: Substring
    var subtype: Substring
    var parameters: [(name: String, value: String)]

    init?(_ text: some StringProtocol) {
        let parts = text.lowercased().split(separator: ";", omittingEmptySubsequences: false).map(trimmed)
        guard let essence = parts.first, let slash = essence.firstIndex(of: "/") else { return nil }
        type = essence[..<slash]
        subtype = essence[essence.index(after: slash)...]
        guard !type.isEmpty, !subtype.isEmpty, !subtype.contains("/"), !essence.contains(" ") else { return nil }
        parameters = []
        for part in parts.dropFirst() where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            var value = trimmed(part[part.index(after: equals)...])
            if value.count >= 2, value.first == "\"", value.last == "\"" { value = value.dropFirst().dropLast() }
            parameters.append((String(trimmed(part[..<equals])), String(value)))
        }
    }

    /// Whether a body of this type may be read where `accepted` is declared: the same type, and UTF-8 if it names a charset.
    func fits(_ accepted: String) -> Bool {
        for parameter in parameters where parameter.name == "charset" && parameter.value != "utf-8" { return false }
        guard let accepted = MediaType(accepted) else { return false }
        return accepted.covers(self)
    }

    /// Whether `other` lies in this range; `*` stands for anything.
    func covers(_ other: MediaType) -> Bool {
        (type == "*" || type == other.type) && (subtype == "*" || subtype == other.subtype)
    }

    /// 0 for `*/*`, 1 for `text/*`, 2 for `text/plain`.
    var precision: Int { (type == "*" ? 0 : 1) + (subtype == "*" ? 0 : 1) }
}

/// Whether a client that sent this `Accept` takes one of these types (RFC 9110, section 12.5.1).
///
/// No header, or one that cannot be read, takes everything.
func accepts(_ header: String?, oneOf types: [String]) -> Bool {
    guard let header, !header.isEmpty, header != "*/*", header.utf8.count <= 4096, !types.contains(header) else { return true }
    let ranges = header.split(separator: ",").compactMap { MediaType($0) }
    guard !ranges.isEmpty else { return true }
    return types.contains { text in
        guard let type = MediaType(text) else { return false }
        guard let range = ranges.filter({ $0.covers(type) }).max(by: { $0.precision < $1.precision }) else { return false }
        return range.parameters.first { $0.name == "q" }.map { Double($0.value) ?? 1 } ?? 1 > 0
    }
}

private func trimmed(_ text: some StringProtocol) -> Substring {
    var text = Substring(text)
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
}
