import Testing

@testable import ELicense

@Suite("What many rows have in common") struct MadeOnceTests {
    @Test func eachThingHasItsOwnWhateverIsForgotten() {
        let memory = MadeOnce<Int, [Int]>(most: 2)
        for _ in 1...3 {
            for number in 1...4 { #expect(memory.of(number) { [number] } == [number]) }
        }
    }

    @Test func itIsMadeOnceWhileItIsKept() {
        let memory = MadeOnce<Int, Int>(most: 2)
        var made = 0
        for number in [1, 2, 1, 2, 3, 2, 3, 1] {
            _ = memory.of(number) {
                made += 1
                return number
            }
        }
        #expect(made == 4)
    }

    @Test func whatCannotBeMadeIsTriedEachTime() {
        let memory = MadeOnce<Int, Int>(most: 2)
        for _ in 1...2 { #expect(throws: CancellationError.self) { try memory.of(1) { throw CancellationError() } } }
    }
}
