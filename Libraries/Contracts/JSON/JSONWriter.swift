/// Writes a tree. Only what RFC 8259 demands is escaped: quotes, backslashes and control characters.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []
    private let sorted: Bool
    private let pretty: Bool

    init(sorted: Bool, pretty: Bool) {
        self.sorted = sorted
        self.pretty = pretty
        bytes.reserveCapacity(512)
    }

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .number(let text): bytes += text.utf8
        case .string(let text): write(text)
        case .array(let items):
            bytes.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                write(item, indent: indent + 1)
            }
            if !items.isEmpty { newLine(indent) }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            let members = sorted ? object.members.sorted { $0.name < $1.name } : object.members
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                write(member.name)
                bytes.append(UInt8(ascii: ":"))
                if pretty { bytes.append(0x20) }
                write(member.value, indent: indent + 1)
            }
            if !object.isEmpty { newLine(indent) }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private mutating func newLine(_ indent: Int) {
        guard pretty else { return }
        bytes.append(0x0A)
        bytes.append(contentsOf: repeatElement(0x20, count: indent * 2))
    }

    private mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: bytes += "\\n".utf8
            case 0x0D: bytes += "\\r".utf8
            case 0x09: bytes += "\\t".utf8
            case 0..<0x20:
                bytes += "\\u00".utf8
                bytes += "0123456789abcdef".utf8.dropFirst(Int(byte >> 4)).prefix(1)
                bytes += "0123456789abcdef".utf8.dropFirst(Int(byte & 15)).prefix(1)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
