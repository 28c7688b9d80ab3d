/// Reads one JSON text. Plain strings are validated and copied in one step, without a look at single characters.
struct JSONReader {
    private struct Fault: Error {
        let kind: JSONError.Kind
        let offset: Int
    }

    private let limits: JSONLimits
    private var at = 0
    private var values = 0
    private var depth = 0

    private init(limits: JSONLimits) { self.limits = limits }

    static func read(_ bytes: Span<UInt8>, limits: JSONLimits) throws(JSONError) -> JSONValue {
        var reader = JSONReader(limits: limits)
        do throws(Fault) {
            guard bytes.count <= limits.maxBytes else { throw Fault(kind: .tooLarge(limit: limits.maxBytes), offset: limits.maxBytes) }
            reader.skipBlanks(bytes)
            let value = try reader.value(bytes)
            reader.skipBlanks(bytes)
            guard reader.at == bytes.count else { throw Fault(kind: .trailingContent, offset: reader.at) }
            return value
        } catch {
            var line = 1
            var start = 0
            for index in 0..<min(error.offset, bytes.count) where bytes[index] == 0x0A {
                line += 1
                start = index + 1
            }
            throw JSONError(kind: error.kind, offset: error.offset, line: line, column: error.offset - start + 1)
        }
    }

    private mutating func skipBlanks(_ bytes: Span<UInt8>) {
        while at < bytes.count {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private func fault(_ kind: JSONError.Kind, _ offset: Int? = nil) -> Fault { Fault(kind: kind, offset: offset ?? at) }

    /// The fault of what stands here: the end, or something else than expected.
    private func unexpected(_ bytes: Span<UInt8>, _ what: JSONError.Expected) -> Fault {
        fault(at < bytes.count ? .expected(what) : .endedEarly)
    }

    private mutating func value(_ bytes: Span<UInt8>) throws(Fault) -> JSONValue {
        guard at < bytes.count else { throw fault(.endedEarly) }
        values += 1
        guard values <= limits.maxValues else { throw fault(.tooManyValues(limit: limits.maxValues)) }
        switch bytes[at] {
        case UInt8(ascii: "{"): return try object(bytes)
        case UInt8(ascii: "["): return try array(bytes)
        case UInt8(ascii: "\""): return .string(try string(bytes))
        case UInt8(ascii: "t"): return try word(bytes, "true", .bool(true))
        case UInt8(ascii: "f"): return try word(bytes, "false", .bool(false))
        case UInt8(ascii: "n"): return try word(bytes, "null", .null)
        case UInt8(ascii: "-"), 0x30...0x39: return .number(try number(bytes))
        default: throw fault(.expected(.value))
        }
    }

    private mutating func word(_ bytes: Span<UInt8>, _ word: StaticString, _ value: JSONValue) throws(Fault) -> JSONValue {
        let text = word.description
        for (index, byte) in text.utf8.enumerated() {
            guard at + index < bytes.count else { throw fault(.endedEarly, bytes.count) }
            guard bytes[at + index] == byte else { throw fault(.expected(.value)) }
        }
        at += text.utf8.count
        return value
    }

    private mutating func descend() throws(Fault) {
        depth += 1
        guard depth <= limits.maxDepth else { throw fault(.tooDeep(limit: limits.maxDepth)) }
        at += 1
    }

    private mutating func array(_ bytes: Span<UInt8>) throws(Fault) -> JSONValue {
        try descend()
        var items: [JSONValue] = []
        skipBlanks(bytes)
        if at < bytes.count, bytes[at] == UInt8(ascii: "]") {
            at += 1
        } else {
            while true {
                skipBlanks(bytes)
                items.append(try value(bytes))
                skipBlanks(bytes)
                guard at < bytes.count else { throw fault(.endedEarly) }
                if bytes[at] == UInt8(ascii: "]") { at += 1; break }
                guard bytes[at] == UInt8(ascii: ",") else { throw fault(.expected(.commaOrBracket)) }
                at += 1
            }
        }
        depth -= 1
        return .array(items)
    }

    private mutating func object(_ bytes: Span<UInt8>) throws(Fault) -> JSONValue {
        try descend()
        var object = JSONObject(capacity: 8)
        // Few names are compared one by one; many go through a set, so that a hostile object costs no square of its size.
        var seen: Set<String>?
        skipBlanks(bytes)
        if at < bytes.count, bytes[at] == UInt8(ascii: "}") {
            at += 1
        } else {
            while true {
                skipBlanks(bytes)
                let start = at
                guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { throw unexpected(bytes, .key) }
                let name = try string(bytes)
                if object.count >= 16 {
                    if seen == nil { seen = Set(object.names) }
                    guard seen?.insert(name).inserted == true else { throw fault(.duplicateKey(name), start) }
                } else if object.has(name) {
                    throw fault(.duplicateKey(name), start)
                }
                skipBlanks(bytes)
                guard at < bytes.count, bytes[at] == UInt8(ascii: ":") else { throw unexpected(bytes, .colon) }
                at += 1
                skipBlanks(bytes)
                object.append(name, try value(bytes))
                skipBlanks(bytes)
                guard at < bytes.count else { throw fault(.endedEarly) }
                if bytes[at] == UInt8(ascii: "}") { at += 1; break }
                guard bytes[at] == UInt8(ascii: ",") else { throw fault(.expected(.commaOrBrace)) }
                at += 1
            }
        }
        depth -= 1
        return .object(object)
    }

    private mutating func number(_ bytes: Span<UInt8>) throws(Fault) -> String {
        let start = at
        if bytes[at] == UInt8(ascii: "-") { at += 1 }
        guard at < bytes.count, (0x30...0x39).contains(bytes[at]) else { throw unexpected(bytes, .digit) }
        if bytes[at] == UInt8(ascii: "0") { at += 1 } else { skipDigits(bytes) }
        if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
            at += 1
            try needDigits(bytes)
        }
        if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
            try needDigits(bytes)
        }
        guard at - start <= limits.maxNumberLength else { throw fault(.numberTooLong(limit: limits.maxNumberLength), start) }
        return try text(bytes, start, at)
    }

    private mutating func skipDigits(_ bytes: Span<UInt8>) {
        while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    }

    private mutating func needDigits(_ bytes: Span<UInt8>) throws(Fault) {
        guard at < bytes.count, (0x30...0x39).contains(bytes[at]) else { throw unexpected(bytes, .digit) }
        skipDigits(bytes)
    }

    /// Bytes of the source as a string, if they are strict UTF-8.
    private func text(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) throws(Fault) -> String {
        do throws(UTF8.ValidationError) {
            return String(copying: try UTF8Span(validating: bytes.extracting(start..<end)))
        } catch {
            throw fault(.invalidUTF8, start + error.byteOffsets.lowerBound)
        }
    }

    private mutating func string(_ bytes: Span<UInt8>) throws(Fault) -> String {
        at += 1
        let start = at
        at = Self.endOfPlain(bytes, from: start)
        guard at < bytes.count else { throw fault(.endedEarly) }
        switch bytes[at] {
        case UInt8(ascii: "\""):
            defer { at += 1 }
            return try text(bytes, start, at)
        case UInt8(ascii: "\\"): return try escapedString(bytes, from: start)
        default: throw fault(.expected(.escapedControl))
        }
    }

    /// The next quote, backslash or control character, or the end.
    private static func endOfPlain(_ bytes: Span<UInt8>, from start: Int) -> Int {
        let each: UInt64 = 0x0101_0101_0101_0101
        var at = start
        // Eight bytes at a time: the lowest high bit that is set is that of the first byte found, those above it may be wrong.
        while at + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.bytes.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
            let quote = word ^ each &* UInt64(UInt8(ascii: "\"")), backslash = word ^ each &* UInt64(UInt8(ascii: "\\"))
            let found = ((quote &- each) & ~quote | (backslash &- each) & ~backslash | (word &- each &* 0x20) & ~word) & (each &* 0x80)
            if found != 0 { return at + found.trailingZeroBitCount / 8 }
            at += 8
        }
        while at < bytes.count, bytes[at] >= 0x20, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
        return at
    }

    /// The rest of a string in which a first escape was met; what stands before it is taken over.
    private mutating func escapedString(_ bytes: Span<UInt8>, from start: Int) throws(Fault) -> String {
        var result = try text(bytes, start, at)
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") { at += 1; return result }
            if byte == UInt8(ascii: "\\") {
                result.unicodeScalars.append(try escape(bytes))
            } else {
                let run = at
                at = Self.endOfPlain(bytes, from: run)
                guard at > run else { throw fault(.expected(.escapedControl)) }
                result += try text(bytes, run, at)
            }
        }
        throw fault(.endedEarly)
    }

    private mutating func escape(_ bytes: Span<UInt8>) throws(Fault) -> Unicode.Scalar {
        let start = at
        guard at + 1 < bytes.count else { throw fault(.endedEarly, bytes.count) }
        at += 2
        switch bytes[at - 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexUnit(bytes)
            guard unit != 0 else { throw fault(.nulCharacter, start) }
            if let scalar = Unicode.Scalar(unit) { return scalar }
            guard unit < 0xDC00, at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"), bytes[at + 1] == UInt8(ascii: "u") else {
                throw fault(.loneSurrogate, start)
            }
            at += 2
            let low = try hexUnit(bytes)
            guard (0xDC00...0xDFFF).contains(low),
                let scalar = Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            else { throw fault(.loneSurrogate, start) }
            return scalar
        default: throw fault(.expected(.escape), at - 1)
        }
    }

    private mutating func hexUnit(_ bytes: Span<UInt8>) throws(Fault) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard at < bytes.count else { throw fault(.endedEarly) }
            switch bytes[at] {
            case let b where (0x30...0x39).contains(b): unit = unit << 4 | UInt32(b - 0x30)
            case let b where (0x41...0x46).contains(b): unit = unit << 4 | UInt32(b - 0x37)
            case let b where (0x61...0x66).contains(b): unit = unit << 4 | UInt32(b - 0x57)
            default: throw fault(.expected(.hexDigits))
            }
            at += 1
        }
        return unit
    }
}
