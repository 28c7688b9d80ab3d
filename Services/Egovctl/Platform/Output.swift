import CommandLine
import Contracts

extension Platform {
    /// Writes a tree for programs.
    func write(_ tree: JSONValue) { terminal.write(String(decoding: JSON.write(tree, pretty: true), as: UTF8.self)) }

    /// Writes a value of the contract for programs, just as services send it.
    func write(_ value: some Encodable) throws { write(try JSON.tree(value)) }

    /// Writes the value for programs, or what people read of it.
    func show(_ value: some Encodable, _ lines: () -> [String]) throws {
        if asJSON { try write(value) } else { terminal.write(lines().joined(separator: "\n")) }
    }
}

/// Names and values under one another, the values aligned.
func aligned(_ pairs: [(name: String, value: String?)]) -> [String] {
    let width = pairs.map(\.name.count).max() ?? 0
    return pairs.compactMap { name, value in
        value.map { name + String(repeating: " ", count: width - name.count + 2) + $0 }
    }
}

extension Table.Cell {
    init(_ text: String?) { self = text.map { .text($0) } ?? .none }
    init(_ moment: Timestamp) { self = .text("\(moment)") }
}
