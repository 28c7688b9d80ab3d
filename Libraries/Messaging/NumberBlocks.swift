public import EventLoop
public import Postgres
import Telemetry

/// Human-readable numbers, taken from the database in blocks beforehand, so that accepting a request asks the store nothing.
@Loop public final class NumberBlocks {
    private struct Series {
        var next: Int64 = 0
        var end: Int64 = 0
        var spare: Range<Int64>?
        var isRefilling = false
    }

    private let database: Database
    private let blockSize: Int64
    private var series: [String: Series] = [:]

    public init(database: Database, blockSize: Int64 = 1000) {
        self.database = database
        self.blockSize = blockSize
    }

    /// Takes the first block of a series; a service does so for each of its series before it is ready.
    public func prepare(_ name: String) async throws {
        let block = try await take(name)
        series[name] = Series(next: block.lowerBound, end: block.upperBound)
    }

    func next(_ name: String) throws(NumbersExhausted) -> Int64 {
        guard var block = series[name] else { throw NumbersExhausted(series: name) }
        if block.next == block.end, let spare = block.spare {
            block.next = spare.lowerBound
            block.end = spare.upperBound
            block.spare = nil
        }
        defer { series[name] = block }
        if block.spare == nil, !block.isRefilling, block.end - block.next <= blockSize / 2 {
            block.isRefilling = true
            Loop.spawn { await self.refill(name) }
        }
        guard block.next < block.end else { throw NumbersExhausted(series: name) }
        block.next += 1
        return block.next - 1
    }

    private func refill(_ name: String) async {
        do {
            let block = try await take(name)
            series[name]?.spare = block
        } catch {
            Log.warning("no block of numbers could be taken", ["series": "\(name)", "error": "\(error)"])
        }
        series[name]?.isRefilling = false
    }

    private func take(_ name: String) async throws -> Range<Int64> {
        let size = blockSize
        let rows = try await database.run(Batch(statements: ["""
            INSERT INTO number_block (series, next) VALUES (\(name), 1 + \(size))
            ON CONFLICT (series) DO UPDATE SET next = number_block.next + \(size)
            RETURNING next
            """], key: "number_block \(name)", mayRunAgain: true))
        guard let end = try rows.first?.first?.column(0, as: Int64.self) else { throw NumbersExhausted(series: name) }
        return end - size..<end
    }
}

/// No number is at hand for the moment; the request may be sent again.
public struct NumbersExhausted: Error, CustomStringConvertible {
    public let series: String
    public var description: String { "no number of series \(series) is at hand yet; try again in a moment" }
}
