/// The one place that a value's parts are written to, shared by the encoder and its containers.
///
/// Each call is one access to ``JSONText``: its fields, were they this class's own, would be guarded one by one.
final class JSONBytes {
    private var text = JSONText()

    var bytes: [UInt8] { text.bytes }
    var size: Int { text.bytes.count }

    func count(at depth: Int) -> Int { text.count(at: depth) }
    func begin(_ isObject: Bool, at depth: Int) { text.begin(isObject, at: depth) }
    func item(at depth: Int) { text.item(at: depth) }
    func member(_ name: String, at depth: Int) { text.member(name, at: depth) }
    func close(to depth: Int) { text.close(to: depth) }
    func null() { text.literal("null") }
    func bool(_ flag: Bool) { text.literal(flag ? "true" : "false") }
    func string(_ value: String) { text.string(value) }

    /// A number as it is to stand.
    func number(_ digits: String) { text.append(digits) }

    /// A value that is JSON already.
    func written(_ value: [UInt8]) { text.append(value) }
}

/// A JSON text while it is written, and which of its arrays and objects are still open.
private struct JSONText {
    private(set) var bytes: [UInt8] = []
    /// An open array or object, from the outside in.
    private var open: [Level] = []

    private struct Level {
        var isObject: Bool
        var count = 0
    }

    init() {
        bytes.reserveCapacity(1024)
        open.reserveCapacity(8)
    }

    func count(at depth: Int) -> Int { depth <= open.count ? open[depth - 1].count : 0 }

    /// Opens an array or object at `depth`, unless it is open there already.
    mutating func begin(_ isObject: Bool, at depth: Int) {
        if open.count >= depth, open[depth - 1].isObject == isObject { return }
        close(to: depth - 1)
        open.append(Level(isObject: isObject))
        bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    /// Makes room for the next item of the array or object at `depth`; whatever is open within it ends.
    mutating func item(at depth: Int) {
        close(to: depth)
        guard depth > 0, depth <= open.count else { return }
        if open[depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
    }

    mutating func member(_ name: String, at depth: Int) {
        item(at: depth)
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func close(to depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
    }

    mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
    mutating func append(_ text: [UInt8]) { bytes.append(contentsOf: text) }

    mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func string(_ value: String) { bytes.append(json: value) }
}
