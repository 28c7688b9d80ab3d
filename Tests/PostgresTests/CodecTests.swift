import Contracts
import EventLoop
import FoundationEssentials
import Postgres
import Testing

private enum Colour: String { case red, green }
private enum Grade: Int32, PostgresCodable { case first = 1, second }

@Suite(.enabled(if: testServer != nil)) struct CodecTests {
    /// The value as the server gives it back, and as the server writes it as text.
    @Loop private static func roundTrip<T: PostgresCodable>(_ value: T, _ database: Database) async throws -> (value: T, text: String?) {
        try await database.fetch(Query("select \(value), (\(value))::text") { rows in
            guard let row = rows.first else { throw PostgresError(.decoding, "there is no row") }
            return (try row.column(0), try row.column(1))
        })
    }

    @Loop private static func check<T: PostgresCodable & Equatable>(_ values: [T], _ database: Database) async throws {
        for value in values { #expect(try await roundTrip(value, database).value == value) }
    }

    @Test func `numbers and booleans survive the way there and back, at their ends too`() async throws {
        try await TestDatabase.run { database in
            try await Self.check([true, false], database)
            try await Self.check([Int16.min, -1, 0, .max], database)
            try await Self.check([Int32.min, -1, 0, .max], database)
            try await Self.check([Int64.min, -1, 0, .max], database)
            try await Self.check([Int.min, 0, .max], database)
            try await Self.check([0, -0.0, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity], database)
            #expect(try await Self.roundTrip(Double.nan, database).value.isNaN)
            #expect(try await Self.roundTrip(-12345, database).text == "-12345")
        }
    }

    @Test func `texts, bytes, uuids and JSON survive`() async throws {
        try await TestDatabase.run { database in
            try await Self.check(["", "a", "Әлия Құнанбаева", "'; drop table x; --", "$1", "\\", String(repeating: "я", count: 100_000)], database)
            try await Self.check([[], [0, 255, 1], (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }] as [[UInt8]], database)
            let uuid = UUID()
            try await Self.check([uuid], database)
            #expect(try await Self.roundTrip(uuid, database).text == uuid.uuidString.lowercased())
            #expect(try await Self.roundTrip(JSONB(Array(#"{"a": [1, null]}"#.utf8)), database).text == #"{"a": [1, null]}"#)
            try await Self.check([JSONB(Array(#"{"a": [1, null]}"#.utf8))], database)
        }
    }

    @Test func `exact decimals survive with every digit`() async throws {
        try await TestDatabase.run { database in
            let texts = [
                "0", "0.00", "1", "-1", "10000", "9999.9999", "0.0001", "-0.00001", "12345678901234567890.123456789", "100000000",
                "1.50", "0.05", "99990000", "0.00010000", String(repeating: "9", count: 300) + "." + String(repeating: "1", count: 300),
            ]
            for text in texts {
                let value = try #require(ExactDecimal(text))
                let (back, written) = try await Self.roundTrip(value, database)
                #expect(back.description == text)
                #expect(written == text)
            }
            let sum = try await database.fetch(one("select 0.1::numeric + 0.2::numeric", as: ExactDecimal.self))
            #expect(sum == ExactDecimal("0.30"))
            await #expect(throws: PostgresError.self) { try await database.fetch(one("select 'NaN'::numeric", as: ExactDecimal.self)) }
        }
    }

    @Test func `dates and times survive, infinities are refused`() async throws {
        try await TestDatabase.run { database in
            let moments = ["2015-12-01T06:00:00Z", "1969-12-31T23:59:59.999999Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"]
            for text in moments { try await Self.check([try #require(Timestamp(rfc3339: text))], database) }
            let moment = try #require(Timestamp(rfc3339: moments[0]))
            #expect(try await Self.roundTrip(moment, database).text == "2015-12-01 06:00:00+00")
            for text in ["2000-01-01", "1999-12-31", "0001-01-01", "9999-12-31", "2024-02-29"] {
                let date = try #require(LocalDate(text))
                let (back, written) = try await Self.roundTrip(date, database)
                #expect(back == date)
                #expect(written == text)
            }
            await #expect(throws: PostgresError.self) { try await database.fetch(one("select 'infinity'::timestamptz", as: Timestamp.self)) }
            await #expect(throws: PostgresError.self) { try await database.fetch(one("select '-infinity'::date", as: LocalDate.self)) }
        }
    }

    @Test func `ranges survive with their edges`() async throws {
        try await TestDatabase.run { database in
            let (a, b) = (Timestamp(seconds: 0), Timestamp(seconds: 86_400))
            try await Self.check(
                [
                    .empty, .init(from: a, until: b), .init(from: nil, until: b), .init(from: a, until: nil), .init(from: nil, until: nil),
                    .between(lower: .excluded(a), upper: .included(b)),
                ] as [PostgresRange<Timestamp>], database)
            let year = PostgresRange(from: LocalDate("2026-01-01") as LocalDate?, until: LocalDate("2027-01-01"))
            let (back, text) = try await Self.roundTrip(year, database)
            #expect(back == year)
            #expect(text == "[2026-01-01,2027-01-01)")
        }
    }

    @Test func `arrays survive, empty ones and NULL elements too`() async throws {
        try await TestDatabase.run { database in
            try await Self.check([[], ["a", "", "{\",}"]] as [[String]], database)
            try await Self.check([[1, nil, 3]] as [[Int?]], database)
            try await Self.check([[[], [1, 2]]] as [[[UInt8]]], database)
            try await Self.check([[UUID(), UUID()]], database)
            try await Self.check([[Timestamp.now]], database)
            try await Self.check([[true, false]], database)
            try await Self.check([[try #require(ExactDecimal("1.5"))]], database)
            try await Self.check([[PostgresRange<LocalDate>.empty]], database)
            let rows = try await database.fetch(
                .all("select * from unnest(\(["a", "b"]), \([1, 2]), \([nil, "x"] as [String?]))") { try $0.decode(as: (String, Int, String?).self).0 })
            #expect(rows == ["a", "b"])
        }
    }

    @Test func `optionals and raw values are read and bound`() async throws {
        try await TestDatabase.run { database in
            let query = Query<(Colour, Colour?, Colour?, [Colour], Grade, Int?)>(
                "select \(Colour.red), \(Colour.green as Colour?), \(nil as Colour?), \([Colour.green, .red]), \(Grade.second), \(nil as Int?)"
            ) { rows in
                let row = rows[0]
                return (try row.column(0), try row.column(1), try row.column(2), try row.column(3), try row.column(4), try row.column(5))
            }
            let row = try await database.fetch(query)
            #expect(row.0 == .red && row.1 == .green && row.2 == nil && row.3 == [.green, .red] && row.4 == .second && row.5 == nil)
        }
    }

    @Test func `a column of another type, NULL or an unknown raw value is refused by name`() async throws {
        try await TestDatabase.run { database in
            func refusal<T: PostgresDecodable>(_ statement: Statement, _: T.Type) async -> String {
                await #expect(throws: PostgresError.self) { try await database.fetch(one(statement, as: T.self)) }?.message ?? ""
            }
            #expect(await refusal("select 'x'::text as name", Int.self) == "column 0 \"name\": expected int8, found text")
            #expect(await refusal("select null::int8 as age", Int.self) == "column 0 \"age\": expected int8, found NULL")
            #expect(await refusal("select 3::int4 as grade", Grade.self).contains("grade"))
            let missing = Query<Int>("select 1") { try $0[0].column(1) }
            await #expect(throws: PostgresError.self) { try await database.fetch(missing) }
        }
    }

    @Test func `narrow integers are read as wider ones`() async throws {
        try await TestDatabase.run { database in
            let narrow = try await database.fetch(one("select (-5)::int2", as: Int.self))
            #expect(narrow == -5)
            #expect(try await database.fetch(one("select (-5)::int4", as: Int64.self)) == -5)
            #expect(try await database.fetch(one("select 1.5::float4", as: Double.self)) == 1.5)
            await #expect(throws: PostgresError.self) { try await database.fetch(one("select 5::int8", as: Int32.self)) }
        }
    }
}
