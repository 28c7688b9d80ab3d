import Contracts
import EventLoop
@testable import Messaging
import Postgres
import TestSupport
import Testing

@Suite(.enabled(if: Servers.areThere), .serialized) struct NumberTests {
    /// Comes again, as a caller does who is told so.
    @Loop private func take(_ count: Int, from blocks: NumberBlocks) async throws -> [Int64] {
        var numbers: [Int64] = []
        try await eventually("\(count) numbers were given") {
            do { while numbers.count < count { numbers.append(try blocks.next("licence")) } } catch {}
            return numbers.count == count
        }
        return numbers
    }

    @Test func `five thousand numbers of two instances over one database have no double`() async throws {
        try await Workshop.run { shop in
            let one = NumberBlocks(database: shop.pool("one"), blockSize: 64)
            let two = NumberBlocks(database: shop.pool("two"), blockSize: 64)
            try await one.prepare("licence")
            try await two.prepare("licence")
            let other = Loop.start { try await take(2500, from: two) }
            let first = try await take(2500, from: one)
            let second = try await other.value
            #expect(Set(first + second).count == 5000)
            #expect(first.min() == 1)
            #expect(first == first.sorted())
            #expect(second == second.sorted())
            #expect((first + second).max() ?? 0 < 5000 + 4 * 64)
        }
    }

    @Test func `an instance that starts again goes on behind what it took before`() async throws {
        try await Workshop.run { shop in
            let before = NumberBlocks(database: shop.database, blockSize: 10)
            try await before.prepare("licence")
            let old = try await take(25, from: before)
            let after = NumberBlocks(database: shop.database, blockSize: 10)
            try await after.prepare("licence")
            #expect(try after.next("licence") > old.max() ?? .max)
        }
    }

    @Test func `a series that nobody prepared has no numbers`() async throws {
        try await Workshop.run { shop in
            let blocks = NumberBlocks(database: shop.database)
            #expect(throws: NumbersExhausted.self) { try blocks.next("licence") }
        }
    }

    @Test func `when no block can be taken the last is used up, then numbers are refused, and come again`() async throws {
        try await Workshop.run { shop in
            let blocks = NumberBlocks(database: shop.database, blockSize: 10)
            try await blocks.prepare("licence")
            try await shop.run(["ALTER TABLE number_block RENAME TO number_block_away"])
            var given: [Int64] = []
            for _ in 0..<10 { given.append(try blocks.next("licence")) }
            for _ in 0..<5 {
                #expect(throws: NumbersExhausted.self) { try blocks.next("licence") }
                try await Loop.sleep(for: .milliseconds(30))
            }
            try await shop.run(["ALTER TABLE number_block_away RENAME TO number_block"])
            given += try await take(30, from: blocks)
            #expect(Set(given).count == 40)
        }
    }
}
