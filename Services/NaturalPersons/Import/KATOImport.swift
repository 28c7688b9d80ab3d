import Contracts
import EventLoop
import Postgres

/// Loads the classifier of one or more regions; loading the same again changes nothing.
@Loop struct KATOImport {
    let database: Database
    let path: String

    func run() async throws -> KATOSummary {
        let file = try InputFile(path)
        let (classifier, unreadable) = try await Loop.offload {
            let content = try KATOFile(file)
            return (KATOClassifier(content.rows), content.defects)
        }
        let units = classifier.units
        guard !units.isEmpty else { throw KATOFileError(reason: "it has no unit that can be used") }
        let (changed, missing) = try await database.transaction { lease in
            // Several statements, since one binds no more than a few megabytes well.
            var changed = 0
            for start in stride(from: 0, to: units.count, by: 5000) {
                changed += try await lease.execute(KATOTable.merge(Array(units[start..<min(start + 5000, units.count)])))
            }
            return (changed, try await lease.fetch(KATOTable.missing(from: units)))
        }
        return KATOSummary(
            regions: Set(units.map(\.code.region)).sorted(), units: units.count, changed: changed, missing: missing,
            defects: (unreadable + classifier.defects).sorted { $0.line < $1.line }.map(KATOSummary.Defect.init))
    }
}

/// What came of loading a classifier.
struct KATOSummary: Sendable, Codable, Hashable {
    struct Defect: Sendable, Codable, Hashable {
        var line: Int
        var code: String
        var kind: String
        var leavesOut: Bool

        init(_ defect: KATODefect) {
            line = defect.line
            code = String(defect.code.prefix(20))
            kind = defect.kind.rawValue
            leavesOut = defect.leavesOut
        }
    }

    var regions: [String]
    var units: Int
    /// Units added or changed.
    var changed: Int
    /// Units of these regions that the register has and the file has not; they stay.
    var missing: Int
    var defects: [Defect]

    var leftOut: Int { defects.count { $0.leavesOut } }

    var text: String {
        var lines = ["regions   \(regions.joined(separator: ", "))", "units     \(units), \(changed) of them new or changed"]
        if missing > 0 { lines.append("kept      \(missing) that the file no longer has") }
        let kinds = Dictionary(grouping: defects, by: \.kind).sorted { $0.key < $1.key }
        for (kind, defects) in kinds {
            let places = defects.prefix(5).map { "\($0.line)" }.joined(separator: ", ")
            lines.append("defects   \(kind): \(defects.count), lines \(places)\(defects.count > 5 ? ", …" : "")")
        }
        return lines.joined(separator: "\n")
    }
}
