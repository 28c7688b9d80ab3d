/// A JSON text while it is written, and which of its arrays and objects are still open.
///
/// Only what RFC 8259 demands is escaped: quotes, backslashes and control characters.
final class JSONBytes {
    private(set) var bytes: [UInt8] = []
    /// An open array or object, from the outside in.
    private var open: [Level] = []

    private struct Level {
        var isObject: Bool
        var count = 0
    }

    init() { bytes.reserveCapacity(1024) }

    var depth: Int { open.count }

    func count(at depth: Int) -> Int { depth <= open.count ? open[depth - 1].count : 0 }

    /// Opens an array or object at `depth`, unless it is open there already.
    func begin(_ isObject: Bool, at depth: Int) {
        if open.count >= depth, open[depth - 1].isObject == isObject { return }
        close(to: depth - 1)
        open.append(Level(isObject: isObject))
        bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    /// Makes room for the next item of the array or object at `depth`; whatever is open within it ends.
    func item(at depth: Int) {
        close(to: depth)
        guard depth > 0, depth <= open.count else { return }
        if open[depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
    }

    func member(_ name: String, at depth: Int) {
        item(at: depth)
        text(name)
        bytes.append(UInt8(ascii: ":"))
    }

    func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
    }

    func null() { literal("null") }
    func bool(_ flag: Bool) { literal(flag ? "true" : "false") }

    /// A number as it is to stand.
    func number(_ text: String) { bytes.append(contentsOf: text.utf8) }

    /// A value that is JSON already.
    func written(_ value: [UInt8]) { bytes += value }

    func text(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if utf8.contains(where: Self.isEscaped) { escape(utf8) } else { bytes.append(contentsOf: utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isEscaped(_ byte: UInt8) -> Bool { byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") }

    private func escape(_ text: UnsafeBufferPointer<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A: literal("\\n")
            case 0x0D: literal("\\r")
            case 0x09: literal("\\t")
            case 0..<0x20:
                literal("\\u00")
                bytes.append(0x30 + byte >> 4)
                bytes.append("0123456789abcdef".utf8.dropFirst(Int(byte & 15)).first ?? 0x30)
            default: bytes.append(byte)
            }
        }
    }

    private func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }
}
