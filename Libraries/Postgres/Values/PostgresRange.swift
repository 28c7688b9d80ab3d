public import Contracts

/// What a range may stretch between.
public protocol PostgresRangeBound: PostgresCodable, Comparable, Hashable {
    static var postgresRangeType: PostgresType { get }
    static var postgresRangeArrayType: PostgresType { get }
}

extension Timestamp: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .tstzrange }
    public static var postgresRangeArrayType: PostgresType { .tstzrangeArray }
}

extension LocalDate: PostgresRangeBound {
    public static var postgresRangeType: PostgresType { .daterange }
    public static var postgresRangeArrayType: PostgresType { .daterangeArray }
}

/// A range as `tstzrange` and `daterange` keep it; PostgreSQL writes every range of dates with its first day in and its last bound out.
public enum PostgresRange<Bound: PostgresRangeBound>: Sendable, Hashable {
    public enum Edge: Sendable, Hashable {
        case included(Bound), excluded(Bound), unbounded

        var bound: Bound? {
            switch self {
            case .included(let bound), .excluded(let bound): bound
            case .unbounded: nil
            }
        }
    }

    case empty
    case between(lower: Edge, upper: Edge)

    /// `[lower, upper)`, the usual form; a missing bound stretches without end.
    public init(from lower: Bound?, until upper: Bound?) {
        self = .between(lower: lower.map { .included($0) } ?? .unbounded, upper: upper.map { .excluded($0) } ?? .unbounded)
    }

    public func contains(_ value: Bound) -> Bool {
        guard case .between(let lower, let upper) = self else { return false }
        switch lower {
        case .included(let bound) where value < bound: return false
        case .excluded(let bound) where value <= bound: return false
        default: break
        }
        switch upper {
        case .included(let bound): return value <= bound
        case .excluded(let bound): return value < bound
        case .unbounded: return true
        }
    }
}

extension PostgresRange: PostgresCodable, PostgresArrayElement {
    // Flags of the binary form's first byte.
    private static var emptyFlag: UInt8 { 0x01 }
    private static var lowerIncluded: UInt8 { 0x02 }
    private static var upperIncluded: UInt8 { 0x04 }
    private static var lowerUnbounded: UInt8 { 0x08 }
    private static var upperUnbounded: UInt8 { 0x10 }

    public static var postgresType: PostgresType { Bound.postgresRangeType }
    public static var postgresArrayType: PostgresType { Bound.postgresRangeArrayType }
    public static var expectation: String { "\(postgresType)" }
    public static func accepts(_ type: PostgresType) -> Bool { type == postgresType }

    public func encode(into bytes: inout PostgresBytes) {
        guard case .between(let lower, let upper) = self else { return bytes.write(Self.emptyFlag) }
        bytes.write(
            Self.flags(lower, Self.lowerIncluded, Self.lowerUnbounded) | Self.flags(upper, Self.upperIncluded, Self.upperUnbounded))
        for bound in [lower.bound, upper.bound] {
            if let bound { bytes.writeCounted { bound.encode(into: &$0) } }
        }
    }

    private static func flags(_ edge: Edge, _ included: UInt8, _ unbounded: UInt8) -> UInt8 {
        switch edge {
        case .included: included
        case .excluded: 0
        case .unbounded: unbounded
        }
    }

    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> PostgresRange {
        var reader = CellReader(try cell.content())
        let flags: UInt8 = try reader.integer()
        if flags & emptyFlag != 0 { return .empty }
        func edge(_ included: UInt8, _ unbounded: UInt8) throws(PostgresCellError) -> Edge {
            if flags & unbounded != 0 { return .unbounded }
            let bound = try Bound.decode(PostgresCell(bytes: try reader.counted(), type: Bound.postgresType))
            return flags & included != 0 ? .included(bound) : .excluded(bound)
        }
        let lower = try edge(lowerIncluded, lowerUnbounded)
        return .between(lower: lower, upper: try edge(upperIncluded, upperUnbounded))
    }
}
