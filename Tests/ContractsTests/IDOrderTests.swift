@testable import Contracts
import Foundation
import Testing

@Suite struct IDOrderTests {
    @Test func `ids sort as they were made, also when many are made in a microsecond`() {
        let ids = (0..<20_000).map { _ in UUID.v7().text }
        #expect(ids == ids.sorted() && Set(ids).count == ids.count)
    }

    @Test func `a clock that steps back makes none that sorts before an earlier one`() {
        let before = UUID.v7().text
        let now = LastMoment.after(Timestamp.now.microseconds)
        let hour: Int64 = 3_600_000_000
        let later = (0..<3).map { _ in LastMoment.after(now - hour) }
        #expect(now < later[0] && later == later.sorted() && Set(later).count == 3)
        #expect(before < UUID.v7().text)
        // Once the clock has passed it again, it is the clock's.
        #expect(LastMoment.after(now + 1_000_000) == now + 1_000_000)
    }
}
