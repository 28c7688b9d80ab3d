/// Rows under headers: aligned text for people, an array of objects for programs.
public struct Table: Sendable {
    public enum Alignment: Sendable { case left, right }

    public struct Column: Sendable, ExpressibleByStringLiteral {
        let title: String
        let key: String
        let alignment: Alignment

        /// - Parameter key: The name in JSON; the title in small letters with underscores unless given.
        public init(_ title: String, _ alignment: Alignment = .left, key: String? = nil) {
            self.title = title
            self.alignment = alignment
            self.key = key ?? String(title.lowercased().map { $0 == " " ? "_" : $0 })
        }
        public init(stringLiteral value: String) { self.init(value) }
    }

    public enum Cell: Sendable, Hashable, ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
        ExpressibleByBooleanLiteral,
        ExpressibleByNilLiteral
    {
        case text(String)
        case int(Int)
        case double(Double)
        case bool(Bool)
        case none

        public init(stringLiteral value: String) { self = .text(value) }
        public init(integerLiteral value: Int) { self = .int(value) }
        public init(booleanLiteral value: Bool) { self = .bool(value) }
        public init(nilLiteral: ()) { self = .none }

        var shown: String {
            switch self {
            // A control character would break the table, or command the terminal.
            case .text(let text):
                String(
                    String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
            case .int(let number): String(number)
            case .double(let number): String(number)
            case .bool(let flag): flag ? "yes" : "no"
            case .none: "–"
            }
        }

        var json: String {
            switch self {
            case .text(let text): JSONText.quoted(text)
            case .int(let number): String(number)
            case .double(let number): number.isFinite ? String(number) : "null"
            case .bool(let flag): flag ? "true" : "false"
            case .none: "null"
            }
        }
    }

    let columns: [Column]
    private(set) var rows: [[Cell]] = []
    /// What is shown instead of a table without rows.
    let emptyText: String

    public init(_ columns: [Column], empty: String = "Nothing to show.") {
        self.columns = columns
        emptyText = empty
    }

    /// Adds a row. Missing cells are empty, cells beyond the last column are left out.
    public mutating func add(_ cells: [Cell]) {
        rows.append(Array((cells + Array(repeating: .none, count: max(0, columns.count - cells.count))).prefix(columns.count)))
    }

    public var count: Int { rows.count }

    /// An array of objects, one a line.
    public var json: String {
        let objects = rows.map { row in
            "{" + zip(columns, row).map { "\(JSONText.quoted($0.key)):\($1.json)" }.joined(separator: ",") + "}"
        }
        return objects.isEmpty ? "[]" : "[\n" + objects.joined(separator: ",\n") + "\n]"
    }

    /// Aligned lines with a header, each ended by a line feed.
    /// - Parameter width: Columns there are; wider tables have their widest columns cut. `nil` cuts nothing.
    public func text(width: Int? = nil) -> String { text(width: width, header: { $0 }) }

    func text(width: Int?, header: (String) -> String) -> String {
        guard !rows.isEmpty else { return emptyText + "\n" }
        let shown = rows.map { $0.map(\.shown) }
        var widths = columns.indices.map { index in
            shown.reduce(DisplayWidth.of(columns[index].title)) { max($0, DisplayWidth.of($1[index])) }
        }
        if let width {
            let gaps = 2 * (columns.count - 1)
            while widths.reduce(gaps, +) > width, let widest = widths.max(), widest > 8,
                let index = widths.firstIndex(of: widest)
            {
                widths[index] -= 1
            }
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (index, cell) in cells.enumerated() {
                let text = DisplayWidth.cut(cell, to: widths[index])
                let padding = String(repeating: " ", count: widths[index] - DisplayWidth.of(text))
                let isLast = index == cells.count - 1
                line += columns[index].alignment == .right ? padding + text : text + (isLast ? "" : padding)
                line += isLast ? "" : "  "
            }
            return line
        }
        return ([header(line(columns.map(\.title)))] + shown.map(line)).map { $0 + "\n" }.joined()
    }
}

/// Strings as JSON writes them (RFC 8259).
enum JSONText {
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case _ where scalar.properties.generalCategory == .control:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
