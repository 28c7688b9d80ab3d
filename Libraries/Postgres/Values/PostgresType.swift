/// A type of PostgreSQL by its object identifier; those built in never change theirs (`pg_type.dat`).
public struct PostgresType: RawRepresentable, Sendable, Hashable, CustomStringConvertible {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    init(_ rawValue: UInt32) { self.rawValue = rawValue }

    public static let bool = PostgresType(16)
    public static let bytea = PostgresType(17)
    public static let name = PostgresType(19)
    public static let int8 = PostgresType(20)
    public static let int2 = PostgresType(21)
    public static let int4 = PostgresType(23)
    public static let text = PostgresType(25)
    public static let oid = PostgresType(26)
    public static let float4 = PostgresType(700)
    public static let float8 = PostgresType(701)
    public static let bpchar = PostgresType(1042)
    public static let varchar = PostgresType(1043)
    public static let date = PostgresType(1082)
    public static let timestamptz = PostgresType(1184)
    public static let numeric = PostgresType(1700)
    public static let void = PostgresType(2278)
    public static let uuid = PostgresType(2950)
    public static let jsonb = PostgresType(3802)
    public static let tstzrange = PostgresType(3910)
    public static let daterange = PostgresType(3912)

    public static let boolArray = PostgresType(1000)
    public static let byteaArray = PostgresType(1001)
    public static let nameArray = PostgresType(1003)
    public static let int2Array = PostgresType(1005)
    public static let int4Array = PostgresType(1007)
    public static let textArray = PostgresType(1009)
    public static let bpcharArray = PostgresType(1014)
    public static let varcharArray = PostgresType(1015)
    public static let int8Array = PostgresType(1016)
    public static let float8Array = PostgresType(1022)
    public static let dateArray = PostgresType(1182)
    public static let timestamptzArray = PostgresType(1185)
    public static let numericArray = PostgresType(1231)
    public static let uuidArray = PostgresType(2951)
    public static let jsonbArray = PostgresType(3807)
    public static let tstzrangeArray = PostgresType(3911)
    public static let daterangeArray = PostgresType(3913)

    private static let names: [PostgresType: String] = [
        .bool: "bool", .bytea: "bytea", .name: "name", .int8: "int8", .int2: "int2", .int4: "int4", .text: "text",
        .oid: "oid", .float4: "float4", .float8: "float8", .bpchar: "char", .varchar: "varchar", .date: "date",
        .timestamptz: "timestamptz", .numeric: "numeric", .void: "void", .uuid: "uuid", .jsonb: "jsonb",
        .tstzrange: "tstzrange", .daterange: "daterange",
        .boolArray: "bool[]", .byteaArray: "bytea[]", .nameArray: "name[]", .int2Array: "int2[]", .int4Array: "int4[]",
        .textArray: "text[]", .bpcharArray: "char[]", .varcharArray: "varchar[]", .int8Array: "int8[]",
        .float8Array: "float8[]", .dateArray: "date[]", .timestamptzArray: "timestamptz[]",
        .numericArray: "numeric[]", .uuidArray: "uuid[]", .jsonbArray: "jsonb[]",
        .tstzrangeArray: "tstzrange[]", .daterangeArray: "daterange[]",
    ]

    /// The type's name, or its number where it is none of ours.
    public var description: String { Self.names[self] ?? "type \(rawValue)" }
}
