/// A request target taken apart (RFC 9112, section 3.2), every part decoded exactly once.
struct Target {
    /// As sent, without the query.
    var path: String
    /// The decoded segments: `/a/b%20c` gives `a` and `b c`; `/a/` ends with an empty one.
    var segments: [String]
    var query: [(name: String, value: String)]

    static let mostParameters = 100

    /// - Throws: ``TargetError`` with the part that cannot be read.
    init(_ target: String) throws(TargetError) {
        if let plain = Target.plainSegments(of: target) {
            (path, segments, query) = (target, plain, [])
            return
        }
        var rest = Substring(target)
        if !rest.hasPrefix("/"), target != "*" { rest = try Target.originForm(rest) }
        let mark = rest.utf8.firstIndex(of: UInt8(ascii: "?"))
        let path = rest[..<(mark ?? rest.endIndex)]
        self.path = String(path)
        segments = try Target.segments(of: path)
        query = try mark.map { mark throws(TargetError) in try Target.parameters(of: rest[rest.utf8.index(after: mark)...]) } ?? []
    }

    /// The segments of the usual target: a path without a query in which nothing is encoded and no dot stands. Nil for any other.
    private static func plainSegments(of target: String) -> [String]? {
        var target = target
        return target.withUTF8 { bytes in
            guard bytes.first == UInt8(ascii: "/") else { return nil }
            var segments: [String] = []
            var start = 1
            for (index, byte) in bytes.enumerated().dropFirst() {
                switch byte {
                case UInt8(ascii: "/"):
                    segments.append(String(decoding: bytes[start..<index], as: UTF8.self))
                    start = index + 1
                case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "."), 0..<0x20, 0x7f...: return nil
                default: continue
                }
            }
            segments.append(String(decoding: bytes[start...], as: UTF8.self))
            return segments
        }
    }

    /// `http://host/path` names the same resource as `/path` here.
    private static func originForm(_ target: Substring) throws(TargetError) -> Substring {
        for scheme in ["http://", "https://"] where target.utf8.count > scheme.utf8.count {
            let end = target.utf8.index(target.startIndex, offsetBy: scheme.utf8.count)
            guard sameToken(String(target[..<end]), scheme) else { continue }
            let authority = target[end...]
            guard let slash = authority.utf8.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else { return "/" }
            return authority.utf8[slash] == UInt8(ascii: "/") ? authority[slash...] : "/" + authority[slash...]
        }
        throw TargetError(part: .path, reason: "it does not begin with /")
    }

    private static func segments(of path: Substring) throws(TargetError) -> [String] {
        guard path.utf8.first == UInt8(ascii: "/") else { return [String(path)] }
        var segments: [String] = []
        for piece in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            let segment = try decode(piece, plusIsBlank: false, .path)
            if segment == "." || segment == ".." { throw TargetError(part: .path, reason: "dot segments are not resolved here") }
            segments.append(segment)
        }
        return segments
    }

    private static func parameters(of query: Substring) throws(TargetError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for pair in query.utf8.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < mostParameters else {
                throw TargetError(part: .query, reason: "it has more than \(mostParameters) parameters")
            }
            let equals = pair.firstIndex(of: UInt8(ascii: "="))
            let name = try decode(pair[..<(equals ?? pair.endIndex)], plusIsBlank: true, .query)
            let value = try equals.map { equals throws(TargetError) in
                try decode(pair[pair.index(after: equals)...], plusIsBlank: true, .query)
            }
            parameters.append((name, value ?? ""))
        }
        return parameters
    }

    /// Percent-decoding (RFC 3986, section 2.1); in a query `+` is a blank, as forms write it.
    private static func decode(_ text: Substring.UTF8View, plusIsBlank: Bool, _ part: TargetError.Part) throws(TargetError) -> String {
        if !text.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") && plusIsBlank || $0 < 0x20 || $0 >= 0x7f }) {
            return String(Substring(text))
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count)
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            switch byte {
            case UInt8(ascii: "%"):
                guard let end = text.index(index, offsetBy: 2, limitedBy: text.endIndex),
                    let high = hexDigit(text[index]), let low = hexDigit(text[text.index(after: index)])
                else { throw TargetError(part: part, reason: "% is not followed by two hexadecimal digits") }
                guard high << 4 | low != 0 else { throw TargetError(part: part, reason: "it contains %00") }
                bytes.append(high << 4 | low)
                index = end
            case UInt8(ascii: "+") where plusIsBlank: bytes.append(UInt8(ascii: " "))
            case 0..<0x20, 0x7f...: throw TargetError(part: part, reason: "a byte that must be percent-encoded is not")
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw TargetError(part: part, reason: "its percent-encoded bytes are no UTF-8")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}

/// Why a request target cannot be read.
struct TargetError: Error {
    enum Part: String { case path, query }
    let part: Part
    let reason: String
}
