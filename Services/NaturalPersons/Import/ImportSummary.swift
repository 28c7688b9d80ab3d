import Contracts

/// What came of an import.
struct ImportSummary: Sendable, Codable, Hashable {
    var imported: Int
    /// Rows that were in the register already, word for word.
    var present: Int
    var rejected: Int
    /// Where a broken-off import of the same file went on; the counts are those of both.
    var resumedAtLine: Int?
    /// The file of the rejected rows, if there are any.
    var rejects: String?
    var seconds: Double
    var rowsPerSecond: Int

    init(imported: Int, present: Int, rejected: Int, resumedAtLine: Int?, rejects: String?, rows: Int, time: Duration) {
        self.imported = imported
        self.present = present
        self.rejected = rejected
        self.resumedAtLine = resumedAtLine
        self.rejects = rejects
        let whole = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        seconds = (whole * 1000).rounded() / 1000
        rowsPerSecond = whole > 0 ? Int(Double(rows) / whole) : 0
    }

    var text: String {
        var lines = ["imported  \(imported)", "present   \(present)", "rejected  \(rejected)\(rejects.map { ", see \($0)" } ?? "")"]
        if let resumedAtLine { lines.append("resumed   at line \(resumedAtLine)") }
        lines.append("time      \(seconds) s, \(rowsPerSecond) rows/s")
        return lines.joined(separator: "\n")
    }
}
