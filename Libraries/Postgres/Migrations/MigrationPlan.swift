/// Compares what a set holds with what has landed.
struct MigrationPlan {
    /// A set's migration with the checksum that the server computed.
    struct Step: Sendable, Hashable {
        var migration: Migration
        var checksum: [UInt8]
    }

    /// What is still to be applied, in order.
    ///
    /// - Throws: ``PostgresError`` of kind migration that names the file which does not fit.
    static func due(_ series: String, _ steps: [Step], landed: [LandedMigration]) throws(PostgresError) -> [Step] {
        let steps = steps.sorted { $0.migration.number < $1.migration.number }
        var byNumber: [Int: Step] = [:]
        for step in steps {
            let file = "\(series)/\(step.migration.fileName)"
            guard step.migration.number > 0 else { throw refuse("\(file): numbers start at 1") }
            if let other = byNumber.updateValue(step, forKey: step.migration.number) {
                throw refuse("\(file) has the same number as \(other.migration.fileName)")
            }
        }
        for old in landed {
            guard let step = byNumber[old.number] else {
                throw refuse("\(series)/\(old.fileName) was applied to this database, but is missing here")
            }
            guard step.migration.name == old.name else {
                throw refuse("\(series)/\(old.fileName) was applied to this database, but is called \(step.migration.fileName) here")
            }
            guard step.checksum == old.checksum else {
                throw refuse("\(series)/\(old.fileName) was edited after it was applied; restore it and write a new migration")
            }
        }
        let last = landed.map(\.number).max() ?? 0
        let numbers = Set(landed.map(\.number))
        let due = steps.filter { !numbers.contains($0.migration.number) }
        if let late = due.first, late.migration.number < last {
            throw refuse("\(series)/\(late.migration.fileName) comes before number \(last), which is applied already; give it the next number")
        }
        return due
    }

    private static func refuse(_ message: String) -> PostgresError { PostgresError(.migration, message) }
}
