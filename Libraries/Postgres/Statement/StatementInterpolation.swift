extension Statement {
    /// Binds what is interpolated.
    public struct Interpolation: StringInterpolationProtocol {
        public typealias StringLiteralType = StaticString

        var statement: Statement

        public init(literalCapacity: Int, interpolationCount: Int) {
            statement = Statement(parameters: interpolationCount)
        }

        public mutating func appendLiteral(_ literal: StaticString) { statement.append(literal: literal) }

        /// One parameter.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value) { statement.bind(value) }

        /// The same for a value that may be NULL.
        public mutating func appendInterpolation<Value: PostgresEncodable>(_ value: Value?) { statement.bind(value) }

        /// One parameter by its raw value: an identifier, an enumeration.
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value)
        where Value.RawValue: PostgresEncodable {
            statement.bind(value.rawValue)
        }

        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ value: Value?)
        where Value.RawValue: PostgresEncodable {
            statement.bind(value?.rawValue)
        }

        /// One parameter that is an SQL array of raw values.
        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ values: [Value])
        where Value.RawValue: PostgresArrayElement {
            statement.bind(values.map(\.rawValue))
        }

        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(_ values: [Value?])
        where Value.RawValue: PostgresArrayElement & PostgresCodable {
            statement.bind(values.map { $0?.rawValue })
        }

        /// One element of an array that has one for each row.
        ///
        /// A statement all of whose values are bound so is sent once for all batches that bring it to a transaction, with their
        /// elements in one array for each value: `INSERT INTO item (id, name) SELECT unnest(\(each: id)), unnest(\(each: name))`.
        /// Such a statement returns no rows. Elements that are arrays themselves are unnested too: bind their text instead.
        public mutating func appendInterpolation<Value: PostgresArrayElement & PostgresEncodable>(each value: Value) {
            statement.bind(element: value)
        }

        public mutating func appendInterpolation<Value: PostgresArrayElement & PostgresCodable>(each value: Value?) {
            statement.bind(element: value)
        }

        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(each value: Value)
        where Value.RawValue: PostgresArrayElement & PostgresCodable {
            statement.bind(element: value.rawValue)
        }

        @_disfavoredOverload
        public mutating func appendInterpolation<Value: RawRepresentable>(each value: Value?)
        where Value.RawValue: PostgresArrayElement & PostgresCodable {
            statement.bind(element: value?.rawValue)
        }

        /// Another statement in place, its parameters numbered on.
        public mutating func appendInterpolation(_ part: Statement) { statement.append(part) }

        /// Text of the program itself, for what cannot be a parameter: the name of a table or column known when compiling.
        public mutating func appendInterpolation(literal: StaticString) { statement.append(literal: literal) }
    }
}
