/// The one place that a value's parts are written to, shared by the encoder and its containers.
///
/// Each call is one access to ``JSONText``: its fields, were they this class's own, would be guarded one by one.
final class JSONBytes {
    private var text = JSONText()

    var bytes: [UInt8] { text.output.bytes }
    var size: Int { text.output.count }

    func count(at depth: Int) -> Int { text.count(at: depth) }
    func begin(_ isObject: Bool, at depth: Int) { text.begin(isObject, at: depth) }
    func item(at depth: Int) { text.item(at: depth) }
    func member(_ name: String, at depth: Int) { text.member(name, at: depth) }
    func close(to depth: Int) { text.close(to: depth) }
    func null() { text.output.append("null" as StaticString) }
    func bool(_ flag: Bool) { text.output.append((flag ? "true" : "false") as StaticString) }
    func string(_ value: String) { text.output.append(quoted: value) }

    /// A number as it is to stand.
    func number(_ digits: String) { text.output.append(digits) }

    /// A value that is JSON already.
    func written(_ value: [UInt8]) { text.output.append(value) }
}

/// A JSON text while it is written, and which of its arrays and objects are still open.
private struct JSONText: ~Copyable {
    var output = JSONOutput(capacity: 1024)
    /// An open array or object, from the outside in.
    private var open: [Level] = []

    private struct Level {
        var isObject: Bool
        var count = 0
    }

    init() { open.reserveCapacity(8) }

    func count(at depth: Int) -> Int { depth <= open.count ? open[depth - 1].count : 0 }

    /// Opens an array or object at `depth`, unless it is open there already.
    mutating func begin(_ isObject: Bool, at depth: Int) {
        if open.count >= depth, open[depth - 1].isObject == isObject { return }
        close(to: depth - 1)
        open.append(Level(isObject: isObject))
        output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    }

    /// Makes room for the next item of the array or object at `depth`; whatever is open within it ends.
    mutating func item(at depth: Int) {
        close(to: depth)
        guard depth > 0, depth <= open.count else { return }
        if open[depth - 1].count > 0 { output.append(UInt8(ascii: ",")) }
        open[depth - 1].count += 1
    }

    mutating func member(_ name: String, at depth: Int) {
        item(at: depth)
        output.append(quoted: name)
        output.append(UInt8(ascii: ":"))
    }

    mutating func close(to depth: Int) {
        while open.count > depth { output.append(open.removeLast().isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) }
    }
}
