/// One record of a file as it stands there, without its line end.
struct RawRecord: Sendable, Hashable {
    enum Fault: Sendable, Hashable {
        /// Longer than ``RecordReader/limit``; the bytes are its beginning.
        case tooLong
        /// A quote is opened and never closed; the bytes are the line in which it is opened.
        case openQuote
    }

    /// The line on which it begins, counted from 1.
    var line: Int
    var bytes: [UInt8]
    var fault: Fault?
}

/// Cuts a file into records: lines, or with quotes, records of RFC 4180 that may span lines. It never holds more than two pieces.
struct RecordReader: Sendable {
    /// The longest record in bytes.
    static let limit = 64 * 1024
    /// What is kept of a record that is too long.
    private static let beginning = 1000

    private let file: InputFile
    private let hasQuotes: Bool
    private var buffer: [UInt8] = []
    private var readTo: Int64
    /// Where the next record begins in the buffer, and the last one began.
    private var next = 0
    private var last = (start: 0, line: 0, isMultiline: false)
    /// The line of the next record.
    private(set) var line: Int

    /// Begins at a place of the file that is the start of a line.
    init(_ file: InputFile, hasQuotes: Bool, at offset: Int64 = 0, line: Int = 1) {
        self.file = file
        self.hasQuotes = hasQuotes
        self.line = line
        readTo = offset
    }

    /// The place in the file of the next record.
    var offset: Int64 { readTo - Int64(buffer.count - next) }

    /// The next record; nil at the end.
    mutating func read() throws(FileError) -> RawRecord? {
        if offset == 0 { try skipByteOrderMark() }
        var isQuoted = false
        var innerLines = 0
        var index = next
        while true {
            while index < buffer.count {
                let byte = buffer[index]
                index += 1
                if byte == 0x22, hasQuotes {
                    isQuoted.toggle()
                } else if byte == 0x0A {
                    if !isQuoted { return take(to: index - 1, next: index, lines: innerLines + 1) }
                    innerLines += 1
                }
            }
            let length = index - next
            if length > Self.limit { return innerLines > 0 ? firstLine(.openQuote) : try tooLong() }
            guard try refill() else {
                if length == 0 { return nil }
                if isQuoted { return firstLine(.openQuote) }
                return take(to: buffer.count, next: buffer.count, lines: innerLines + 1)
            }
            index = next + length
        }
    }

    /// Takes back a record that spans lines and makes no sense: only its first line is the fault, the rest is read again.
    mutating func readAgainAfterFirstLine() -> RawRecord? {
        guard last.isMultiline else { return nil }
        next = last.start
        line = last.line
        return firstLine(nil)
    }

    private mutating func skipByteOrderMark() throws(FileError) {
        if buffer.isEmpty { _ = try refill() }
        if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { next = 3 }
    }

    private mutating func take(to end: Int, next following: Int, lines: Int, fault: RawRecord.Fault? = nil) -> RawRecord {
        let start = next
        var end = end
        if end > start, buffer[end - 1] == 0x0D { end -= 1 }
        let isTooLong = end - start > Self.limit
        let record = RawRecord(
            line: line, bytes: Array(buffer[start..<(isTooLong ? start + Self.beginning : end)]), fault: isTooLong ? .tooLong : fault)
        last = (start, line, lines > 1)
        next = following
        line += lines
        return record
    }

    private mutating func firstLine(_ fault: RawRecord.Fault?) -> RawRecord {
        guard let end = buffer[next...].firstIndex(of: 0x0A) else {
            return take(to: buffer.count, next: buffer.count, lines: 1, fault: fault)
        }
        return take(to: end, next: end + 1, lines: 1, fault: fault)
    }

    /// Skips to the end of the line and keeps its beginning.
    private mutating func tooLong() throws(FileError) -> RawRecord {
        let record = RawRecord(line: line, bytes: Array(buffer[next..<next + Self.beginning]), fault: .tooLong)
        last = (next, line, false)
        next = buffer.count
        while true {
            if let end = buffer[next...].firstIndex(of: 0x0A) {
                next = end + 1
                break
            }
            next = buffer.count
            guard try refill() else { break }
        }
        line += 1
        return record
    }

    private mutating func refill() throws(FileError) -> Bool {
        buffer.removeFirst(next)
        next = 0
        let before = buffer.count
        let isMore = try file.read(at: readTo, into: &buffer)
        readTo += Int64(buffer.count - before)
        return isMore
    }
}
