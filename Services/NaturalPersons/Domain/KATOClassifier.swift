import Contracts

/// An administrative unit of the classifier.
struct KATOUnit: Sendable, Hashable {
    var code: KATOCode
    /// The unit above it; nil for a region.
    var parent: KATOCode?
    var nameRu: String
    var nameKk: String?

    /// 1 region, 2 district or city, 3 rural district, 4 settlement.
    var level: Int { 1 + code.parents.count }
}

/// The codes that are loaded, in memory: what a mass import checks against.
struct KATOIndex: Sendable {
    private let codes: Set<String>
    private let regions: Set<Substring>

    init(_ codes: [String]) {
        self.codes = Set(codes)
        regions = Set(codes.map { $0.prefix(2) })
    }

    func standing(_ code: KATOCode) -> KATOStanding {
        if codes.contains(code.rawValue) { return .known }
        return regions.contains(code.rawValue.prefix(2)) ? .unknown : .regionNotLoaded
    }
}

/// A row of a classifier's file as it stands there.
struct KATORow: Sendable, Hashable {
    var line: Int
    var id: String
    var parentID: String
    var code: String
    var nameRu: String
    var nameKk: String?
}

/// What is wrong with a row of a classifier's file, and what was made of it.
struct KATODefect: Sendable, Hashable {
    enum Kind: String, Sendable, Hashable, CaseIterable {
        /// No code of nine digits: the row is left out.
        case badCode = "bad-code"
        /// The row does not have the columns of the header, or is no text: it is left out.
        case badRow = "bad-row"
        /// The code stands there already, under another name: the first row counts.
        case duplicate
        /// Its parent is not in the file, or no unit that could stand above it: the parent is told by the code.
        case orphan
        /// Latin letters that look like Cyrillic ones: they were put right.
        case homoglyph
    }

    var line: Int
    var code: String
    var kind: Kind

    /// Whether the row is not in the register afterwards.
    var leavesOut: Bool { kind == .badCode || kind == .badRow }
}

/// Makes units of the rows of a file, as tolerant as the public copies need: what is wrong is told, what can be used is used.
struct KATOClassifier: Sendable {
    private(set) var units: [KATOUnit] = []
    private(set) var defects: [KATODefect] = []

    init(_ rows: [KATORow]) {
        var codes: [String: KATOCode] = [:]
        var first: [String: String] = [:]
        var kept: [(row: KATORow, code: KATOCode, name: String)] = []
        for row in rows {
            guard let code = KATOCode(rawValue: row.code) else {
                defects.append(KATODefect(line: row.line, code: row.code, kind: .badCode))
                continue
            }
            if codes[row.id] == nil { codes[row.id] = code }
            let name = Self.cyrillic(row.nameRu)
            if name != row.nameRu { defects.append(KATODefect(line: row.line, code: row.code, kind: .homoglyph)) }
            if let other = first[row.code] {
                if other != name { defects.append(KATODefect(line: row.line, code: row.code, kind: .duplicate)) }
                continue
            }
            first[row.code] = name
            kept.append((row, code, name))
        }
        for (row, code, name) in kept {
            var parent = codes[row.parentID]
            if let named = parent, named.region != code.region || named == code || code.parents.isEmpty { parent = nil }
            if parent == nil, !code.parents.isEmpty {
                parent = code.parents.first { first[$0.rawValue] != nil }
                defects.append(KATODefect(line: row.line, code: row.code, kind: .orphan))
            }
            units.append(KATOUnit(code: code, parent: parent, nameRu: name, nameKk: row.nameKk))
        }
    }

    private static let lookalikes: [Character: Character] = [
        "A": "А", "B": "В", "C": "С", "E": "Е", "H": "Н", "K": "К", "M": "М", "O": "О", "P": "Р", "T": "Т", "X": "Х", "Y": "У",
        "a": "а", "c": "с", "e": "е", "o": "о", "p": "р", "x": "х", "y": "у", "i": "і", "I": "І", "h": "һ",
    ]

    /// The name with Latin letters that look Cyrillic put right in words that have Cyrillic letters too.
    static func cyrillic(_ name: String) -> String {
        guard name.utf8.contains(where: { (0x41...0x7A).contains($0) }) else { return name }
        return name.split(separator: " ", omittingEmptySubsequences: false).map { word in
            let isMixed = word.unicodeScalars.contains { (0x0400...0x04FF).contains($0.value) }
            return isMixed ? String(word.map { lookalikes[$0] ?? $0 }) : String(word)
        }.joined(separator: " ")
    }
}
