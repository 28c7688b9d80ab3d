/// A language in which every text for people exists. Kazakh, the state language, is the default.
public enum Language: String, Codable, Sendable, Hashable, CaseIterable {
    case kk, ru, en

    /// The language a client likes best of those there are, from an `Accept-Language` header (RFC 9110 §12.5.4).
    ///
    /// Quality values are honoured, regions are ignored (`ru-KZ` is `ru`), `*` stands for the default, and a header
    /// that names none of ours, or is longer than 500 bytes, gives the default.
    public static func preferred(_ acceptLanguage: String?) -> Language {
        guard let header = acceptLanguage, header.utf8.count <= 500 else { return .kk }
        var best: (language: Language, quality: Double)?
        for part in header.split(separator: ",") {
            let pieces = part.split(separator: ";")
            guard let range = pieces.first?.trimmed.lowercased() else { continue }
            let primary = range.prefix { $0 != "-" }
            guard let language = range == "*" ? .kk : Language(rawValue: String(primary)) else { continue }
            var quality = 1.0
            for parameter in pieces.dropFirst() {
                let text = parameter.trimmed
                if text.hasPrefix("q=") { quality = Double(text.dropFirst(2)) ?? 0 }
            }
            guard quality > 0, quality <= 1 else { continue }
            if best.map({ quality > $0.quality }) ?? true { best = (language, quality) }
        }
        return best?.language ?? .kk
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        guard let end = start.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return start[...end]
    }
}
