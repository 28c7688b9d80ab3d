extension Bool: PostgresCodable {
    public static var postgresType: PostgresType { .bool }
    public static var expectation: String { "bool" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .bool }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(UInt8(self ? 1 : 0)) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Bool { try cell.integer(UInt8.self) != 0 }
}

extension Int16: PostgresCodable {
    public static var postgresType: PostgresType { .int2 }
    public static var expectation: String { "int2" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .int2 }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(self) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Int16 { try cell.integer() }
}

extension Int32: PostgresCodable {
    public static var postgresType: PostgresType { .int4 }
    public static var expectation: String { "int4" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .int4 || type == .int2 }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(self) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Int32 {
        cell.type == .int2 ? Int32(try cell.integer(Int16.self)) : try cell.integer()
    }
}

extension Int64: PostgresCodable {
    public static var postgresType: PostgresType { .int8 }
    public static var expectation: String { "int8" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .int8 || type == .int4 || type == .int2 }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(self) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Int64 {
        cell.type == .int8 ? try cell.integer() : Int64(try Int32.decode(cell))
    }
}

/// As int8.
extension Int: PostgresCodable {
    public static var postgresType: PostgresType { .int8 }
    public static var expectation: String { "int8" }
    public static func accepts(_ type: PostgresType) -> Bool { Int64.accepts(type) }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(Int64(self)) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Int { Int(try Int64.decode(cell)) }
}

extension Double: PostgresCodable {
    public static var postgresType: PostgresType { .float8 }
    public static var expectation: String { "float8" }
    public static func accepts(_ type: PostgresType) -> Bool { type == .float8 || type == .float4 }
    public func encode(into bytes: inout PostgresBytes) { bytes.write(bitPattern) }
    public static func decode(_ cell: PostgresCell) throws(PostgresCellError) -> Double {
        cell.type == .float4
            ? Double(Float(bitPattern: try cell.integer(UInt32.self))) : Double(bitPattern: try cell.integer(UInt64.self))
    }
}
