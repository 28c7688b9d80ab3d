public import Contracts

/// As timestamptz. PostgreSQL counts microseconds from the start of the year 2000; its infinities have no place here.
extension Timestamp: PostgresCodable, PostgresArrayElement {
    static let microsecondsTo2000: Int64 = 946_684_800_000_000

    public static var postgresType: PostgresType { .timestamptz }
    public static var postgresArrayType: PostgresType { .timestamptzArray }
    public static var expectation: String { "timestamptz" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .timestamptz }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(microseconds &- Self.microsecondsTo2000) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Timestamp {
        let counted: Int64 = try cell.integer()
        let (microseconds, overflow) = counted.addingReportingOverflow(microsecondsTo2000)
        guard !overflow, counted != .max, counted != .min else { throw .unrepresentable }
        return Timestamp(microseconds: microseconds)
    }
}

/// As date. PostgreSQL counts days from 2000-01-01; what lies outside the years 1 to 9999 has no place here.
extension LocalDate: PostgresCodable, PostgresArrayElement {
    private static let daysTo2000 = 10_957
    private static let representable = -719_162...2_932_896

    public static var postgresType: PostgresType { .date }
    public static var postgresArrayType: PostgresType { .dateArray }
    public static var expectation: String { "date" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .date }
    public func encode(into bytes: inout PostgresBytes) {
        bytes.write(Int32(truncatingIfNeeded: daysSince1970 - Self.daysTo2000))
    }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> LocalDate {
        let days = Int(try cell.integer(Int32.self)) + daysTo2000
        guard representable.contains(days), let epoch = LocalDate(year: 1970, month: 1, day: 1) else { throw .unrepresentable }
        return epoch.adding(days: days)
    }
}
