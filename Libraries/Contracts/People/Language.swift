/// A language in which every text for people exists. Kazakh, the state language, is the default.
public enum Language: String, Codable, Sendable, Hashable, CaseIterable {
    case kk, ru, en

    /// The language a client likes best of those there are, from an `Accept-Language` header (RFC 9110 §12.5.4).
    ///
    /// Quality values are honoured, regions are ignored (`ru-KZ` is `ru`), `*` stands for the default, and a header
    /// that names none of ours, or is longer than 500 bytes, gives the default.
    public static func preferred(_ acceptLanguage: String?) -> Language {
        guard let header = acceptLanguage, header.utf8.count <= 500 else { return .kk }
        if let language = Language(rawValue: header) { return language }
        var best: (language: Language, quality: Double)?
        for part in header.utf8.split(separator: UInt8(ascii: ",")) {
            let pieces = part.split(separator: UInt8(ascii: ";")).map { Substring($0).trimmed }
            guard let range = pieces.first?.lowercased() else { continue }
            let primary = Substring(range.utf8.prefix { $0 != UInt8(ascii: "-") })
            guard let language = range == "*" ? .kk : Language(rawValue: String(primary)) else { continue }
            var quality = 1.0
            for parameter in pieces.dropFirst() where parameter.hasPrefix("q=") { quality = Double(parameter.dropFirst(2)) ?? 0 }
            guard quality > 0, quality <= 1 else { continue }
            if best.map({ quality > $0.quality }) ?? true { best = (language, quality) }
        }
        return best?.language ?? .kk
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) }) else { return "" }
        return self[first...last]
    }
}
