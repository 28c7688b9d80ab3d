import Contracts
import Testing

@testable import ELicense

@Suite("What many rows have in common") struct DecodedOnceTests {
    @Test func eachTextHasItsOwnValueWhateverIsForgotten() throws {
        let memory = DecodedOnce<[Int]>(most: 2)
        for _ in 1...3 {
            for number in 1...4 { #expect(try memory.value(of: [UInt8(number)]) { "[\(number)]" } == [number]) }
        }
    }

    @Test func whatIsNoSuchValueIsToldEachTime() {
        let memory = DecodedOnce<[Int]>(most: 2)
        for _ in 1...2 { #expect(throws: ContractError.self) { try memory.value(of: [1]) { #"{"a":1}"# } } }
    }
}
