/// Writes a tree.
struct JSONWriter: ~Copyable {
    private(set) var output = JSONOutput()
    private let sorted: Bool
    private let pretty: Bool

    init(sorted: Bool, pretty: Bool) {
        self.sorted = sorted
        self.pretty = pretty
    }

    mutating func write(_ value: JSONValue, indent: Int) {
        switch value {
        case .null: output.append("null" as StaticString)
        case .bool(let flag): output.append((flag ? "true" : "false") as StaticString)
        case .number(let text): output.append(text)
        case .string(let text): output.append(quoted: text)
        case .array(let items):
            output.append(UInt8(ascii: "["))
            for (index, item) in items.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                write(item, indent: indent + 1)
            }
            if !items.isEmpty { newLine(indent) }
            output.append(UInt8(ascii: "]"))
        case .object(let object):
            output.append(UInt8(ascii: "{"))
            let members = sorted ? object.members.sorted { $0.name < $1.name } : object.members
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                newLine(indent + 1)
                output.append(quoted: member.name)
                output.append(UInt8(ascii: ":"))
                if pretty { output.append(0x20) }
                write(member.value, indent: indent + 1)
            }
            if !object.isEmpty { newLine(indent) }
            output.append(UInt8(ascii: "}"))
        }
    }

    private mutating func newLine(_ indent: Int) {
        guard pretty else { return }
        output.append(0x0A)
        for _ in 0..<indent * 2 { output.append(0x20) }
    }
}
