import Postgres
import Testing

private struct Number: RawRepresentable, Hashable { var rawValue: String }

@Suite struct StatementTests {
    @Test func `interpolated values become numbered parameters`() {
        let iin = "' or '1'='1"
        let statement: Statement = "select * from person where iin = \(iin) and age > \(18) and name = \(nil as String?)"
        #expect(statement.sql == "select * from person where iin = $1 and age > $2 and name = $3")
    }

    @Test func `raw values, arrays of them and optionals bind as one parameter each`() {
        let statement: Statement = "\(Number(rawValue: "1")) \(nil as Number?) \([Number(rawValue: "2")]) \([1, 2]) \([nil, "a"] as [String?]) \([1, 2] as [UInt8])"
        #expect(statement.sql == "$1 $2 $3 $4 $5 $6")
    }

    @Test func `a nested statement is spliced with its parameters numbered on`() {
        let condition: Statement = "born > \(1) and born < \(2)"
        let inner: Statement = "(\(condition) or \(3))"
        let statement: Statement = "select \(0) where \(inner) limit \(4)"
        #expect(statement.sql == "select $1 where (born > $2 and born < $3 or $4) limit $5")
    }

    @Test func `more than nine parameters keep their numbers when nested`() {
        let many = Statement.joined((0..<12).map { "\($0)" }, separator: ", ")
        let statement: Statement = "\("x") in (\(many))"
        #expect(statement.sql == "$1 in ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)")
    }

    @Test func `a value that looks like SQL or a parameter never shows in the text`() {
        for value in ["$1", "$2; drop table person", "'", "\"", "\\", "--"] {
            let statement: Statement = "select \(value), \(literal: "name")"
            #expect(statement.sql == "select $1, name")
        }
    }
}
