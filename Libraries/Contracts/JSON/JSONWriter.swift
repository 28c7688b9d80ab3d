/// Writes a tree.
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
        case .string(let text): bytes.append(json: text)
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
                bytes.append(json: member.name)
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
}
